package io.posthorse.cli;

import io.posthorse.codec.rocketmq.RequestCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands for messages of undecided transactions: lists them, and resumes or drops those that were set aside. */
@Command(
        name = "transactions",
        description = "List messages of undecided transactions that were set aside, resume or drop them.",
        mixinStandardHelpOptions = true)
final class TransactionsCommand {
    private static final String IDS = "ids as list shows them";

    @CommandLine.Spec
    private CommandSpec spec;

    @Command(name = "list", description = "List messages that were set aside, the oldest first, with the times of that.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin RemoteOptions remote, @Mixin WaitingOptions options,
            @Option(names = "--undecided", description = "those that are still checked, with the times of the sends")
                    boolean undecided) {
        WaitingMessages messages = messages();
        WaitingTable table = undecided
                ? new WaitingTable("PREPARED", "preparedTimestamp", columns("ASKED", "asked"))
                : new WaitingTable("SET ASIDE", "setAsideTimestamp", columns(null, null));
        return messages.run(remote, broker -> messages.list(
                broker, RequestCode.LIST_SUSPENDED_TRANSACTIONS, options.kind(undecided ? "undecided" : null), table,
                undecided ? "that are undecided" : "that were set aside"));
    }

    private static Map<String, String> columns(String title, String name) {
        Map<String, String> columns = new LinkedHashMap<>(Map.of("PRODUCER GROUP", "producerGroup"));
        if (title != null) {
            columns.put(title, name);
        }
        return columns;
    }

    @Command(name = "resume", description = "Ask the producers of messages again for the outcome.",
            mixinStandardHelpOptions = true)
    int resume(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they belong to this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.RESUME_SUSPENDED_TRANSACTION, ids, topic, "Resumed message"));
    }

    @Command(name = "drop", description = "Drop messages: they are never delivered, and there are no more checks.",
            mixinStandardHelpOptions = true)
    int drop(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they belong to this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.DROP_SUSPENDED_TRANSACTION, ids, topic, "Dropped message"));
    }

    private WaitingMessages messages() {
        return new WaitingMessages(spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
