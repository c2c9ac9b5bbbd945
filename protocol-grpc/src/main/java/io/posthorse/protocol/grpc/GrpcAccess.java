package io.posthorse.protocol.grpc;

import io.posthorse.access.Gate;
import java.time.ZoneId;
import java.util.List;

/**
 * The access control of calls.
 *
 * @param gate decides what users may do; access control is on
 * @param zones further time zones in which clients may sign the time, beside UTC and the machine's own
 */
public record GrpcAccess(Gate gate, List<ZoneId> zones) {}
