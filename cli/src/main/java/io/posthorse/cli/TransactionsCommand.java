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

/** Messages of transactions that are undecided, seen by an operator; those that were set aside can be handled too. */
@Command(
        name = "transactions",
        description = "See messages of transactions that were set aside because nobody decided them, resume or drop them.",
        mixinStandardHelpOptions = true)
final class TransactionsCommand {
    private static final String IDS = "ids as list shows them";

    @CommandLine.Spec
    private CommandSpec spec;

    @Command(name = "list", description = "List messages that were set aside, the oldest first; times are of that.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin RemoteOptions remote, @Mixin WaitingOptions options,
            @Option(names = "--undecided", description = "those whose producers are still asked; times are of the sends")
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

    @Command(name = "resume", description = "Have the producers of messages asked again what became of them.",
            mixinStandardHelpOptions = true)
    int resume(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they are of this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.RESUME_SUSPENDED_TRANSACTION, ids, topic, "Resumed message"));
    }

    @Command(name = "drop", description = "Give messages up: nobody gets them, and nobody is asked again.",
            mixinStandardHelpOptions = true)
    int drop(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they are of this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", converter = IdOption.class, description = IDS) List<String> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.DROP_SUSPENDED_TRANSACTION, ids, topic, "Dropped message"));
    }

    private WaitingMessages messages() {
        return new WaitingMessages(spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
