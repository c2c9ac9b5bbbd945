package io.posthorse.clustertest.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.common.message.MessageQueue;

/** Arguments: RUN NAMESERVERS FILE SEED; see {@link Stages} for its input. */
public final class RocketmqMain {
    private RocketmqMain() {
    }

    /** What only some versions of the client can do. */
    public interface Extra {
        /** Starts consumers on topics that are there; returns the topics of each group. */
        Map<String, List<String>> start(String nameServer, Topics topics, List<MessageQueue> plain, Recorder recorder)
                throws Exception;
    }

    /** Sends and consumes until the input says that it is enough. */
    public static void main(String[] args) throws Exception {
        run(args, (nameServer, topics, plain, recorder) -> Map.of());
    }

    /** The same, with what the version can do besides. */
    public static void run(String[] args, Extra extra) throws Exception {
        Topics topics = new Topics(args[0]);
        Recorder recorder = new Recorder(Path.of(args[2]));
        Sends sends = new Sends(args[1], topics, recorder);
        Transactions transactions = new Transactions(args[1], topics, recorder);
        List<Lane> lanes = new ArrayList<>(sends.lanes(Long.parseLong(args[3])));
        lanes.add(transactions.lane());
        Pushes pushes = new Pushes(args[1], topics, recorder);
        Map<String, List<String>> groups = new LinkedHashMap<>(pushes.groups());
        Pulls pulls = new Pulls(args[1], topics, recorder);
        pulls.start(topics.queues(sends.producer(), topics.name("ordered")));
        groups.put(pulls.group(), List.of(topics.name("ordered")));
        groups.putAll(extra.start(args[1], topics, topics.queues(sends.producer(), topics.name("plain")), recorder));
        new Stages(recorder, lanes, groups).run();
    }
}
