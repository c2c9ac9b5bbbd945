package io.posthorse.protocol.grpc;

import io.posthorse.access.Gate;
import java.time.ZoneId;
import java.util.List;

/**
 * How calls are controlled.
 *
 * @param gate says who may do what; it is not open
 * @param zones further zones that clients may sign the time in, beside UTC and the machine's own
 */
public record GrpcAccess(Gate gate, List<ZoneId> zones) {}
