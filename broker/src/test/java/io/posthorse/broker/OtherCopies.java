package io.posthorse.broker;

import io.posthorse.log.DamagedRange;
import io.posthorse.log.PeerBytes;
import io.posthorse.log.Scrubber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The other nodes of a simulated group, of which those that are up answer at once. */
final class OtherCopies implements PeerBytes, Scrubber.Listener {
    private final GroupNode self;
    private final List<GroupNode> all;
    final List<String> told = new ArrayList<>();

    OtherCopies(GroupNode self, List<GroupNode> all) {
        this.self = self;
        this.all = all;
    }

    @Override
    public void ask(long position, int length, Consumer<Answers> done) {
        Map<String, ByteBuffer> answers = new TreeMap<>();
        for (GroupNode node : all) {
            if (node != self && !node.isDown) {
                try {
                    answers.put("node" + node.number,
                            PeerBytes.read(node.replica.store().log().view(), position, length));
                } catch (IOException e) {
                    // it is behind
                }
            }
        }
        done.accept(new Answers(answers, answers.size() == all.size() - 1));
    }

    @Override
    public void found(DamagedRange range, String file) {
        told.add("found " + range.from());
    }

    @Override
    public void repaired(DamagedRange range, String file) {
        told.add("repaired " + range.from());
    }

    @Override
    public void failed(DamagedRange range, String reason) {
        told.add("failed " + range.from() + ": " + reason);
    }
}
