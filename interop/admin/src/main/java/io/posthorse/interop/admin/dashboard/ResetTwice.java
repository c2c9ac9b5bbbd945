package io.posthorse.interop.admin.dashboard;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.body.Connection;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * A reset by time and a skip of the same group in a row, as by two clicks. RocketMQ's push consumer sleeps 10 s for each,
 * one after the other, on the threads that also answer requests, of which there are as many as processors. Meanwhile it may
 * not answer, and may be missing from its group. Within a minute it must be back, and at the end of the topic.
 */
final class ResetTwice {
    private static final long LIMIT_SECONDS = 60;
    private static final long SKIP = -1;

    private final DefaultMQAdminExt admin;
    private final String topic;
    private final String group;

    ResetTwice(DefaultMQAdminExt admin, String topic, String group) {
        this.admin = admin;
        this.topic = topic;
        this.group = group;
    }

    void run() throws Exception {
        Set<String> members = members();
        long began = System.nanoTime();
        admin.resetOffsetByTimestamp(topic, group, 0, true);
        admin.resetOffsetByTimestamp(topic, group, SKIP, true);
        String clientId = members.iterator().next();
        String last = "";
        while (!last.equals("answered")) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            if (seconds > LIMIT_SECONDS) {
                throw new AssertionError("not back " + seconds + " s after the resets; " + last);
            }
            last = members().equals(members) ? runningInfo(clientId) : "not a member";
            long behind = admin.examineConsumeStats(group, topic).computeTotalDiff();
            if (last.equals("answered") && behind > 0) {
                last = "answered, and " + behind + " messages behind";
            }
            System.out.println("fact reset-twice second=" + seconds + " " + last);
            if (!last.equals("answered")) {
                TimeUnit.MILLISECONDS.sleep(500);
            }
        }
    }

    private Set<String> members() throws Exception {
        try {
            return admin.examineConsumerConnectionInfo(group).getConnectionSet().stream()
                    .map(Connection::getClientId).collect(Collectors.toSet());
        } catch (MQBrokerException e) {
            return Set.of(); // no member is online
        }
    }

    private String runningInfo(String clientId) throws InterruptedException {
        try {
            admin.getConsumerRunningInfo(group, clientId, false);
            return "answered";
        } catch (MQClientException e) {
            return "code " + e.getResponseCode();
        } catch (RemotingException e) {
            return e.getClass().getSimpleName();
        }
    }
}
