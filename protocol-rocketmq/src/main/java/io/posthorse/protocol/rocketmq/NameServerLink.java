package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.RequestSigner;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.platform.Timers;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection to one name server. It is restored when it is lost, and each question on it gets an answer or null. */
final class NameServerLink implements Session {
    /** Time in ms to wait for an answer. Tools give up after 5 s, so requests that wait for this must take less. */
    static final long ANSWER_MS = 3_000;
    private static final Logger LOG = LoggerFactory.getLogger(NameServerLink.class);
    private static final long REDIAL_MS = 5_000;
    private static final int QUESTIONS_MAX = 4_096;
    /** Number of questions in a row without an answer after which the connection is closed and made again. */
    private static final int MISSED_MAX = 3;

    private record Question(Consumer<Frame> then, Timers.Timer timer) {}

    private final String address;
    private final BrokerRegistration.Dialer dialer;
    private final Timers timers;
    /** Supplies null where requests are not signed. */
    private final Supplier<RequestSigner> signer;

    private final Consumer<NameServerLink> onOpen;
    private final Map<Integer, Question> questions = new HashMap<>();
    private Connection connection;
    private int opaque;
    private int missed;
    private boolean known;
    private String refusal;
    private boolean isLost;
    private boolean isRetrying;
    private boolean stopped;

    /**
     * @param signer supplies what signs the questions; null where nothing is signed
     * @param onOpen is called when a connection was made
     */
    NameServerLink(
            String address, BrokerRegistration.Dialer dialer, Timers timers, Supplier<RequestSigner> signer,
            Consumer<NameServerLink> onOpen) {
        this.address = address;
        this.dialer = dialer;
        this.timers = timers;
        this.signer = signer;
        this.onOpen = onOpen;
    }

    void dial() {
        if (!stopped) {
            dialer.dial(address, this::opened, this::failed);
        }
    }

    private Session opened(Connection to) {
        connection = to;
        missed = 0;
        onOpen.accept(this);
        return this;
    }

    private void failed() {
        known = false;
        lost("cannot be reached; the broker tries again every " + REDIAL_MS / 1_000 + " s");
        timers.after(REDIAL_MS, this::dial);
    }

    /** Notes that the name server is lost; warns once until it is back. */
    private void lost(String how) {
        if (!isLost) {
            isLost = true;
            LOG.warn("The name server {} {}.", address, how);
        }
    }

    String address() {
        return address;
    }

    /** Returns whether the name server was lost and has not registered the broker since. */
    boolean isLost() {
        return isLost;
    }

    boolean isOpen() {
        return connection != null;
    }

    /** Returns whether the link is open and the last question was answered. */
    boolean isAnswering() {
        return connection != null && missed == 0;
    }

    /** Returns this machine's address on the connection; call only where the link is open. */
    InetSocketAddress local() {
        return connection.local();
    }

    /** Notes that the broker is registered; returns true where it was not before, or the name server was lost. */
    boolean isNewlyKnown() {
        boolean news = !known || isLost;
        known = true;
        isLost = false;
        refusal = null;
        return news;
    }

    /**
     * Notes that the registration is refused; returns true where it was not before, the reason is another, or the name
     * server was lost.
     */
    boolean isNewlyRefused(String reason) {
        boolean news = !reason.equals(refusal) || isLost;
        refusal = reason;
        isLost = false;
        return news;
    }

    /** Returns whether a refused registration may be tried again; only one attempt waits at a time. */
    boolean mayRetry() {
        boolean may = !isRetrying;
        isRetrying = true;
        return may;
    }

    /** Notes that the attempt was begun. */
    void retried() {
        isRetrying = false;
    }

    /** Asks a question and passes on its answer once; null where none came in time or the connection is closed. */
    void ask(int code, Map<String, String> fields, byte[] body, Consumer<Frame> then) {
        if (connection == null || questions.size() >= QUESTIONS_MAX) {
            then.accept(null);
            return;
        }
        int number = opaque++;
        questions.put(number, new Question(then, timers.after(ANSWER_MS, () -> expire(number))));
        send(number, code, fields, body);
    }

    /** Sends a request without waiting for an answer, where the connection is open. */
    void tell(int code, Map<String, String> fields) {
        if (connection != null) {
            send(opaque++, code, fields, new byte[0]);
        }
    }

    private void send(int number, int code, Map<String, String> fields, byte[] body) {
        RequestSigner with = signer.get();
        Map<String, String> all = with == null ? fields : with.sign(fields, body);
        byte[] bytes = FrameCodec.encode(new Frame(code, Frame.JAVA, Frame.VERSION, number, 0, null, all, body, false));
        connection.send(connection.buffer(bytes.length).writeBytes(bytes));
        connection.flush();
    }

    private void expire(int number) {
        Question question = questions.remove(number);
        if (question == null) {
            return;
        }
        if (++missed == 1) {
            lost("did not answer for " + ANSWER_MS + " ms; until it does, requests do not wait for it");
        }
        question.then.accept(null);
        if (missed >= MISSED_MAX && connection != null) {
            connection.close();
        }
    }

    @Override
    public int read(ByteBuf in) {
        while (in.readableBytes() >= 4) {
            int length = FrameCodec.checkLength(in.getInt(in.readerIndex()));
            if (in.readableBytes() < 4 + length) {
                return 4 + length;
            }
            Frame frame = FrameCodec.decode(in.slice(in.readerIndex() + 4, length));
            in.skipBytes(4 + length);
            Question question = frame.isResponse() ? questions.remove(frame.opaque()) : null;
            if (question != null) {
                question.timer.cancel();
                missed = 0;
                question.then.accept(frame);
            }
        }
        return 0;
    }

    @Override
    public void closed() {
        connection = null;
        List<Question> open = List.copyOf(questions.values());
        questions.clear();
        open.forEach(question -> {
            question.timer.cancel();
            question.then.accept(null);
        });
        if (!stopped) {
            failed();
        }
    }

    /** Stops restoring the connection. */
    void stop() {
        stopped = true;
    }
}
