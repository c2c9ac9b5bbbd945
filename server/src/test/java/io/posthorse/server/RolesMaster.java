package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Shipping;
import io.posthorse.log.Export;
import io.posthorse.log.Shipment;
import io.posthorse.replication.CatchUpService;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.MasterLink;
import io.posthorse.replication.MasterLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;

/** The process of the master in {@link RolesWorld}. */
final class RolesMaster extends RolesProcess implements MasterLog, MasterLink.Masters, CatchUpService.Source {
    private final RolesWorld world;
    private MasterEpochs epochs;
    Broker broker;
    Shipping shipping;
    CatchUpService catchUps;

    RolesMaster(RolesWorld world) {
        super(world.clock);
        this.world = world;
    }

    void open() throws IOException {
        begin();
        epochs = new MasterEpochs(world.masterFiles, true, () -> ++world.nextEpoch);
        broker = epochs.open(
                world.masterFiles, world.logOfMaster(), background, world.settings(), List.of(new PlainFormat()));
        world.promotions += epochs.opened() ? 1 : 0;
        shard(broker);
        shipping = new Shipping(broker, background);
        shard.onCommitted(() -> {
            if (world.masterLink != null) {
                world.masterLink.pump();
            }
        });
        catchUps = new CatchUpService(this, world.clock);
        rest();
    }

    void act() {
        RolesActions.act(shard.turn(), world.entropy);
    }

    @Override
    public long committed() {
        return shipping.committed();
    }

    @Override
    public long[] segmentBases() {
        return shipping.segmentBases();
    }

    @Override
    public Epochs epochs() {
        return epochs.epochs();
    }

    @Override
    public void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done) {
        shipping.read(position, bytesMax / 8, done);
    }

    @Override
    public void answer(String from, ByteBuffer request, BiConsumer<ByteBuffer, IOException> done) {
        ByteBuffer answer = null;
        IOException failure = null;
        try {
            answer = catchUps.answer(from, request);
        } catch (IOException e) {
            failure = e;
        }
        done.accept(answer, failure);
    }

    @Override
    public String cluster() {
        return "c";
    }

    @Override
    public String brokerName() {
        return "b";
    }

    @Override
    public LinkKey key() {
        return RolesWorld.KEY;
    }

    @Override
    public String refusal(MasterLink of) {
        return null;
    }

    @Override
    public void admitted(MasterLink who) {
        // its first words
    }

    @Override
    public void moved(MasterLink who) {
        shard.recheck();
    }

    @Override
    public void tell(MasterLink about, String what) {
        boolean isSilent = what.contains("has been silent"); // the link carries nothing at times
        assertTrue(isSilent || !what.contains("was closed:") && !what.contains("refused"), what);
    }

    @Override
    public long nowMs() {
        return clock.nanos() / 1_000_000;
    }

    @Override
    public Export open(long needed) throws IOException {
        return shipping.export(needed);
    }

    @Override
    public void close(Export export) {
        export.close();
    }
}
