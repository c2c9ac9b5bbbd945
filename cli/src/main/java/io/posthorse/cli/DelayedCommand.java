package io.posthorse.cli;

import io.posthorse.codec.rocketmq.RequestCode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The commands for messages with a delivery time or a delay level: lists both, and cancels or delivers those with a time.
 */
@Command(
        name = "delayed",
        description = "List messages that wait for their delivery time, cancel them, or deliver them now.",
        mixinStandardHelpOptions = true)
final class DelayedCommand {
    private static final String IDS = "ids as list shows them";

    @CommandLine.Spec
    private CommandSpec spec;

    @Command(name = "list", description = "List waiting messages in the order in which they are due.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin RemoteOptions remote, @Mixin WaitingOptions options,
            @Option(names = "--levels", description = "messages of delay levels, including retries, level by level")
                    boolean levels) {
        WaitingMessages messages = messages();
        WaitingTable table = new WaitingTable("DUE", "deliverTimestamp", Map.of());
        return messages.run(remote, broker -> messages.list(
                broker, RequestCode.LIST_DELAYED_MESSAGES, options.kind(levels ? "level" : null), table,
                levels ? "that wait at a delay level" : "that wait for their delivery time"));
    }

    @Command(name = "cancel", description = "Cancel messages: they are never delivered.", mixinStandardHelpOptions = true)
    int cancel(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they belong to this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.CANCEL_DELAYED_MESSAGE, ids, topic, "Cancelled message"));
    }

    @Command(name = "run-now", description = "Deliver messages now, once, instead of at their time.",
            mixinStandardHelpOptions = true)
    int runNow(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they belong to this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.RUN_DELAYED_MESSAGE, ids, topic, "Delivered message"));
    }

    private WaitingMessages messages() {
        return new WaitingMessages(spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
