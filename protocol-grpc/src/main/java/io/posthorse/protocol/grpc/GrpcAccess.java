package io.posthorse.protocol.grpc;

import io.posthorse.auth.AccessControl;
import java.time.ZoneId;
import java.util.List;

/**
 * How calls are controlled.
 *
 * @param control users and rules
 * @param zones further zones that clients may sign the time in, beside UTC and the machine's own
 */
public record GrpcAccess(AccessControl control, List<ZoneId> zones) {}
