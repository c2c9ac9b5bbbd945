package io.posthorse.cli;

import io.posthorse.codec.rocketmq.RequestCode;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Messages of transactions that nobody decided, seen and handled by an operator. */
@Command(
        name = "transactions",
        description = "See messages of transactions that were set aside because nobody decided them, resume or drop them.",
        mixinStandardHelpOptions = true)
final class TransactionsCommand {
    @CommandLine.Spec
    private CommandSpec spec;

    @Command(name = "list", description = "List messages that were set aside, the oldest first; times are of that.",
            mixinStandardHelpOptions = true)
    int list(@Mixin RemoteOptions remote, @Mixin WaitingOptions options) {
        WaitingMessages messages = messages();
        WaitingTable table = new WaitingTable("SET ASIDE", "setAsideTimestamp", true);
        return messages.run(remote, broker -> messages.list(
                broker, RequestCode.LIST_SUSPENDED_TRANSACTIONS, options, table, "that were set aside"));
    }

    @Command(name = "resume", description = "Have the producers of messages asked again what became of them.",
            mixinStandardHelpOptions = true)
    int resume(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they are of this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", description = "ids as list shows them") List<Long> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.RESUME_SUSPENDED_TRANSACTION, ids, topic, "Resumed message"));
    }

    @Command(name = "drop", description = "Give messages up: nobody gets them, and nobody is asked again.",
            mixinStandardHelpOptions = true)
    int drop(
            @Mixin RemoteOptions remote,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "only if they are of this topic") String topic,
            @Parameters(arity = "1..*", paramLabel = "ID", description = "ids as list shows them") List<Long> ids) {
        WaitingMessages messages = messages();
        return messages.run(remote, broker -> messages.each(
                broker, RequestCode.DROP_SUSPENDED_TRANSACTION, ids, topic, "Dropped message"));
    }

    private WaitingMessages messages() {
        return new WaitingMessages(spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
