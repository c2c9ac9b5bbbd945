package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.CommandOutcome;
import io.posthorse.broker.Shard;
import io.posthorse.broker.Transactions;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.EndTransactionRequest;
import io.posthorse.codec.grpc.EndTransactionResponse;
import io.posthorse.codec.grpc.RecoverOrphanedTransactionCommand;
import io.posthorse.codec.grpc.Resource;
import io.posthorse.codec.grpc.TelemetryCommand;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;

/** The calls that end transactions, and the checks of transactions without an outcome. */
final class TransactionCalls implements Transactions.Inquiry {
    private final Shard shard;
    private final Broker broker;
    private final Telemetry telemetry;

    TransactionCalls(Shard shard, Telemetry telemetry) {
        this.shard = shard;
        this.broker = shard.broker();
        this.telemetry = telemetry;
    }

    EndTransactionResponse end(EndTransactionRequest request) {
        String topic = Resources.topic(request.getTopic());
        TransactionId id = TransactionId.of(request.getTransactionId());
        long position = broker.transactions().position(id.offset());
        ByteBuffer stored = position < 0 || position != id.position() ? null : broker.resident().message(position);
        if (stored == null) {
            throw new Refusal(Code.INVALID_TRANSACTION_ID, "no undecided transaction has that id: it was decided before,"
                    + " or set aside after too many checks");
        }
        MessageView view = MessageView.of(stored);
        if (!view.topic().equals(topic) || !request.getMessageId().equals(view.properties().get("UNIQ_KEY"))) {
            throw new Refusal(Code.INVALID_TRANSACTION_ID, "the transaction belongs to another message or topic");
        }
        Transactions transactions = shard.turn().transactions();
        CommandOutcome outcome = switch (request.getResolution()) {
            case COMMIT -> transactions.commit(id.offset());
            case ROLLBACK -> transactions.rollback(id.offset());
            default -> CommandOutcome.DONE; // still undecided: its producer is asked again
        };
        return switch (outcome) {
            case DONE -> EndTransactionResponse.newBuilder().setStatus(Refusal.ok()).build();
            case UNKNOWN -> throw new Refusal(
                    Code.INVALID_TRANSACTION_ID, "the transaction's message or topic no longer exists");
            case REFUSED -> throw new Refusal(Code.HA_NOT_AVAILABLE, "the broker's disk is full: the transaction stays"
                    + " undecided, and its producer is asked again");
        };
    }

    @Override
    public boolean ask(long offset, long position, ByteBuffer nativeBytes, int times) {
        MessageView view = MessageView.of(nativeBytes);
        String topic = view.topic();
        if (!topic.equals(view.properties().get("PGROUP"))) {
            return false; // sent by a producer of another protocol
        }
        return telemetry.askProducer(topic, TelemetryCommand.newBuilder()
                .setStatus(Refusal.ok())
                .setRecoverOrphanedTransactionCommand(RecoverOrphanedTransactionCommand.newBuilder()
                        .setTransactionId(new TransactionId(offset, position).text())
                        .setMessage(ClientMessage.of(view, Resource.newBuilder().setName(topic).build(), null, 0, 0)))
                .build());
    }
}
