package io.posthorse.interop.admin.dashboard;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.body.Connection;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * A reset by time and a skip of the same group in a row, as two clicks make them. RocketMQ's push consumer sleeps 10 s for
 * each, one behind the other, on the threads that also answer questions: there are as many of these as processors. So with
 * two processors it answers nothing for 20 s. It stays a member all the time, and then answers again.
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
            if (!members().equals(members)) {
                throw new AssertionError("after " + seconds + " s the members are " + members() + ", not " + members);
            }
            if (seconds > LIMIT_SECONDS) {
                throw new AssertionError("no running info " + seconds + " s after the resets; " + last);
            }
            last = runningInfo(clientId);
            System.out.println("fact reset-twice second=" + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)
                    + " running-info=" + last);
        }
        if (admin.examineConsumeStats(group, topic).computeTotalDiff() != 0) {
            throw new AssertionError("the group is not at the end: " + admin.examineConsumeStats(group, topic).toJson());
        }
    }

    private Set<String> members() throws Exception {
        return admin.examineConsumerConnectionInfo(group).getConnectionSet().stream()
                .map(Connection::getClientId).collect(Collectors.toSet());
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
