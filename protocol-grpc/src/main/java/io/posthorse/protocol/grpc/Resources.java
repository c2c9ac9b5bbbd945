package io.posthorse.protocol.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.posthorse.access.SystemNames;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.format.rocketmq.TopicsAndGroups;

/** The broker's forms of the protocol's names and times. A namespace precedes a name, separated by %. */
final class Resources {
    private static final long SECONDS_MAX = Long.MAX_VALUE / 2_000;

    private Resources() {}

    /** Returns the name of a topic with its namespace; refuses invalid names. */
    static String topic(Resource resource) {
        String name = name(resource);
        String problem = TopicsAndGroups.topicProblem(name);
        if (problem != null) {
            throw new Refusal(Code.ILLEGAL_TOPIC, problem);
        }
        return name;
    }

    /** Returns the name of a topic that a client may send to. */
    static String target(Resource resource) {
        String name = topic(resource);
        if (SystemNames.isOwn(name)) {
            throw new Refusal(Code.ILLEGAL_TOPIC, "Sending to the topic " + name + " is forbidden: it is internal to the"
                    + " broker.");
        }
        return name;
    }

    /** Returns the name of a group with its namespace; refuses invalid names. */
    static String group(Resource resource) {
        String name = name(resource);
        String problem = TopicsAndGroups.groupProblem(name);
        if (problem != null) {
            throw new Refusal(Code.ILLEGAL_CONSUMER_GROUP, problem);
        }
        return name;
    }

    /** Returns the broker's form of a name, even of an invalid one. */
    static String name(Resource resource) {
        String space = resource.getResourceNamespace();
        return space.isEmpty() ? resource.getName() : space + "%" + resource.getName();
    }

    /** Returns the name without further fields, to keep while a call waits. */
    static Resource plain(Resource resource) {
        return Resource.newBuilder()
                .setResourceNamespace(resource.getResourceNamespace())
                .setName(resource.getName())
                .build();
    }

    static Duration duration(long ms) {
        return Duration.newBuilder()
                .setSeconds(Math.floorDiv(ms, 1_000L))
                .setNanos((int) Math.floorMod(ms, 1_000L) * 1_000_000)
                .build();
    }

    static Timestamp time(long ms) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(ms, 1_000L))
                .setNanos((int) Math.floorMod(ms, 1_000L) * 1_000_000)
                .build();
    }

    /** Returns a duration in ms; {@link Long#MAX_VALUE} where it does not fit. */
    static long ms(Duration duration) {
        return ms(duration.getSeconds(), duration.getNanos());
    }

    /** Returns a time in ms since 1970; {@link Long#MAX_VALUE} where it does not fit. */
    static long ms(Timestamp time) {
        return ms(time.getSeconds(), time.getNanos());
    }

    private static long ms(long seconds, int nanos) {
        boolean fits = seconds < SECONDS_MAX && seconds > -SECONDS_MAX;
        return fits ? seconds * 1_000 + nanos / 1_000_000 : Long.MAX_VALUE;
    }
}
