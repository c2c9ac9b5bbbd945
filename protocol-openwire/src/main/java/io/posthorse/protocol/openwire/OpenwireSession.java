package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.posthorse.broker.Lookup;
import io.posthorse.broker.NotResidentException;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.command.BrokerId;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionError;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.KeepAliveInfo;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.WireFormatInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session of one connection, between frames and commands: negotiation, keep-alive, answers, errors. */
final class OpenwireSession implements Session, LargeSends.Peer {
    private static final Logger LOG = LoggerFactory.getLogger(OpenwireSession.class);
    private static final int LENGTH = 4;
    private static final int BUFFER = 512;
    /** Bytes that are gathered before they are passed to the connection. */
    private static final int PASS_BYTES = 64 << 10;

    private static final byte FIRST_JAKARTA_MAJOR = 6;
    /** ActiveMQ checks once per agreed interval, so that it waits for one to two of them. */
    private static final int SILENCES = 2;
    /** Bytes that are read of a command that is too large, to identify it. */
    private static final int HEAD_BYTES = 16 << 10;

    private final OpenwireProtocol protocol;
    private final Connection connection;
    private final WireCodec codec;
    private final ClientCommands commands;
    private final LargeSends largeSends;
    private ByteBuf out;
    private boolean unflushed;
    private Timers.Timer keepAlive;
    private long lastReadNanos;
    /** Whether bytes were written since the last check. */
    private boolean wrote;

    private boolean greeted;
    private boolean negotiated;
    private boolean javax;
    private boolean closing;
    /** Whether a command waits for the disk; later commands wait behind it. */
    private boolean waiting;
    /** Bytes that still arrive of a refused command, and are discarded. */
    private long skipping;

    OpenwireSession(OpenwireProtocol protocol, Connection connection) {
        this.protocol = protocol;
        this.connection = connection;
        try {
            this.codec = new WireCodec(protocol.settings.frameBytesMax());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        this.commands = new ClientCommands(protocol, this);
        this.largeSends = new LargeSends(protocol.large, this, protocol.clock, protocol.timers);
        if (protocol.settings.patienceMs() == 0 || connection.isEncrypted()) {
            greet();
        } else {
            protocol.timers.after(protocol.settings.patienceMs(), this::greet);
        }
    }

    private void greet() {
        if (!greeted && !closing) {
            greeted = true;
            send(codec.offered());
            flush();
        }
    }

    Connection connection() {
        return connection;
    }

    @Override
    public QuotaHolder holder() {
        return connection.holder();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void send(ByteBuf bytes, Runnable gone) {
        connection.send(bytes, gone);
        unflushed = true;
    }

    @Override
    public int read(ByteBuf in) {
        greet();
        lastReadNanos = protocol.clock.nanos();
        int needed = 0;
        skip(in);
        while (takesMore() && in.readableBytes() >= LENGTH) {
            int length = in.getInt(in.readerIndex());
            boolean tooLarge = isTooLarge(length);
            int wanted = LENGTH + (tooLarge ? Math.min(length, HEAD_BYTES) : length);
            if (tooLarge && in.readableBytes() > LENGTH && !WireCodec.isMessage(in.getByte(in.readerIndex() + LENGTH))) {
                end("A command of " + length + " bytes that is not a message is refused.");
            }
            if (closing) {
                break;
            }
            if (in.readableBytes() < wanted) {
                needed = wanted;
                break;
            }
            ByteBuf frame = in.slice(in.readerIndex() + LENGTH, wanted - LENGTH);
            if (tooLarge) {
                skipping = (long) LENGTH + length;
                refuseUnread(frame, length);
                skip(in);
            } else {
                take(frame);
                in.skipBytes(wanted);
            }
        }
        if (closing) {
            in.skipBytes(in.readableBytes());
        }
        flush();
        return needed;
    }

    private void skip(ByteBuf in) {
        int now = (int) Math.min(skipping, in.readableBytes());
        in.skipBytes(now);
        skipping -= now;
    }

    /** Returns whether a command must be refused for its length alone; an invalid length closes the connection. */
    private boolean isTooLarge(int length) {
        if (length > 0 && length <= OpenwireSettings.LOGIN_BYTES_MAX) {
            return false;
        }
        if (length <= 0 || !commands.isLoggedIn()) {
            end("A command of " + (length & 0xFFFFFFFFL) + " bytes is refused; the maximum is "
                    + (commands.isLoggedIn() ? protocol.settings.frameBytesMax() + "."
                            : OpenwireSettings.LOGIN_BYTES_MAX + " before the login."));
        }
        return length > protocol.settings.frameBytesMax();
    }

    /** Answers a message of which only the begin was read: its sender gets the reason, and the connection goes on. */
    private void refuseUnread(ByteBuf begin, int length) {
        UnreadMessage message = codec.unread(begin);
        JMSException why = new ResourceAllocationException("The encoded message has " + length + " bytes; the maximum is "
                + protocol.settings.frameBytesMax() + " (jms.command.bytes.max). Nothing was stored; the connection stays"
                + " open. Send smaller messages, or raise the setting.");
        commands.refusedUnread(message, why.getMessage());
        if (message.isResponseRequired()) {
            refuse(message.commandId(), why);
        } else {
            refusedUnanswered(true, why);
        }
    }

    private boolean takesMore() {
        return !closing && !waiting && skipping == 0 && connection.takesMore();
    }

    private void take(ByteBuf frame) {
        Command command;
        try {
            command = codec.read(frame);
        } catch (IOException | ClassCastException e) {
            end("A command cannot be read: " + e.getMessage());
            return;
        }
        switch (command) {
            case WireFormatInfo theirs -> negotiate(theirs);
            case KeepAliveInfo ping -> {
                if (ping.isResponseRequired()) {
                    send(new KeepAliveInfo());
                }
            }
            case null -> end("The command is empty.");
            case Response answer -> end("The client sent a response without a request.");
            default -> run(command, new RetriedRequest());
        }
    }

    private void negotiate(WireFormatInfo theirs) {
        try {
            if (negotiated) {
                throw new IOException("The wire format was agreed on already.");
            }
            keepAlive(codec.negotiate(theirs));
            negotiated = true;
            connection.letBeSilent();
            if (!protocol.gate.isOn()) {
                connection.admit(); // without a login, a client may stay silent
            }
            javax = isJavax(theirs.getProviderVersion());
        } catch (IOException e) {
            end(e.getMessage());
            return;
        }
        BrokerInfo info = new BrokerInfo();
        info.setBrokerId(new BrokerId(protocol.advisories.brokerId()));
        info.setBrokerName(protocol.settings.brokerName());
        info.setBrokerURL("tcp:/" + connection.local());
        send(info);
    }

    /**
     * Starts the keep-alive: a client takes a silent broker for dead after the agreed time, and the broker a client after
     * twice that.
     */
    private void keepAlive(long silenceMs) {
        if (silenceMs <= 0) {
            return;
        }
        long everyMs = Math.max(1, silenceMs / 3);
        lastReadNanos = protocol.clock.nanos();
        keepAlive = protocol.timers.after(everyMs, () -> check(silenceMs, everyMs));
    }

    private void check(long silenceMs, long everyMs) {
        if (closing) {
            return;
        }
        if (protocol.clock.nanos() - lastReadNanos > TimeUnit.MILLISECONDS.toNanos(SILENCES * silenceMs)) {
            end("The client was silent for " + SILENCES * silenceMs + " ms.");
            return;
        }
        if (!wrote) {
            send(new KeepAliveInfo());
            flush();
        }
        wrote = false;
        keepAlive = protocol.timers.after(everyMs, () -> check(silenceMs, everyMs));
    }

    private static boolean isJavax(String version) {
        int dot = version == null ? -1 : version.indexOf('.');
        try {
            return dot < 1 || Integer.parseInt(version.substring(0, dot)) < FIRST_JAKARTA_MAJOR;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private void run(Command command, RetriedRequest retry) {
        if (!negotiated) {
            end("The first command must be the wire format.");
            return;
        }
        long before = protocol.broker.decisions();
        try {
            Response response = commands.run(command);
            if (!command.isResponseRequired()) {
                return;
            }
            Response answer = response == null ? new Response() : response;
            answer.setCorrelationId(command.getCommandId());
            if (commands.tookCommit()) {
                protocol.replies.whenCommitted(this, answer, command.getCommandId());
            } else {
                send(answer);
            }
        } catch (NotResidentException e) {
            lookUp(command, e.lookup(before), retry);
        } catch (JMSException | SecurityException | IOException e) {
            refused(command, e);
        } catch (Exception e) {
            complain("failed", "A " + command.getClass().getSimpleName() + " failed", e);
            refused(command, new JMSException("The command failed in the broker: " + e));
        }
    }

    /** Reads from the disk what a command needs; later commands wait. */
    private void lookUp(Command command, Lookup missing, RetriedRequest retry) {
        retry.onRead(() -> {
            waiting = false;
            if (!closing) {
                run(command, retry);
                flush();
            }
            if (!closing && !waiting) {
                connection.resume();
            }
        });
        waiting = protocol.old.read(missing, retry);
        connection.hold(waiting);
        if (!waiting) {
            refused(command, new ResourceAllocationException("Too many requests wait for the disk. The command was not run;"
                    + " try again."));
        }
    }

    private void refused(Command command, Exception cause) {
        if (command.isResponseRequired()) {
            refuse(command.getCommandId(), cause);
        } else {
            refusedUnanswered(command instanceof Message, cause);
        }
    }

    private void refusedUnanswered(boolean isMessage, Exception cause) {
        ConnectionError error = new ConnectionError();
        error.setException(JmsExceptions.asKnownTo(javax, cause));
        send(error);
        if (isMessage) {
            complain("refused", "A message whose sender waits for no answer was refused: " + cause.getMessage(), null);
        }
    }

    /** Answers a request with an exception. */
    void refuse(int requestId, Throwable cause) {
        ExceptionResponse response = new ExceptionResponse(JmsExceptions.asKnownTo(javax, cause));
        response.setCorrelationId(requestId);
        send(response);
    }

    /** Writes a command; the next {@link #flush} sends it. */
    void send(Command command) {
        write(command, to -> codec.write(command, to));
    }

    private void write(Command command, Writing writing) {
        if (!connection.isOpen()) {
            return;
        }
        try {
            if (out == null) {
                out = connection.buffer(BUFFER);
            }
            writing.to(out);
            if (out.readableBytes() >= PASS_BYTES) {
                pass();
            }
        } catch (IOException | RuntimeException e) {
            notWritten(command, e);
        }
    }

    private void notWritten(Command command, Throwable cause) {
        complain("write", "A " + command.getClass().getSimpleName() + " could not be written", cause);
        connection.close();
    }

    /** Writes a message for a consumer; the next {@link #flush} sends it. */
    void send(OutgoingDispatch message, ConsumerId consumer, byte[] encodedConsumer,
            OutgoingDispatch.Circumstances circumstances) {
        if (message.isLarge()) {
            sendLarge(message.dispatch(consumer, circumstances), message.size());
        } else if (!codec.isAsStored() || !message.isOfUsualForm()) {
            send(message.dispatch(consumer, circumstances));
        } else {
            write(message.message(), to -> message.put(protocol.codec, encodedConsumer, circumstances, to));
        }
    }

    /** Sends a large message, for which {@link LargeMessages} has admitted the memory, at once. */
    void sendLarge(Command dispatch, int size) {
        ByteBuf bytes = null;
        try {
            flush();
            bytes = connection.buffer(size + BUFFER);
            codec.write(dispatch, bytes);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            if (bytes != null) {
                bytes.release();
            }
            largeSends.drop(size);
            notWritten(dispatch, e);
            return;
        }
        wrote = true;
        largeSends.send(bytes, size);
    }

    private interface Writing {
        void to(ByteBuf out) throws IOException;
    }

    private void pass() {
        if (out != null) {
            connection.send(out);
            wrote = true;
            out = null;
            unflushed = true;
        }
    }

    @Override
    public void flush() {
        if (out != null) {
            pass();
        }
        if (unflushed) {
            unflushed = false;
            connection.flush();
        }
    }

    /** Runs an action after the present one. */
    void afterTurn(Runnable action) {
        protocol.timers.after(0, action);
    }

    /** Returns whether the peer reads what is sent to it. */
    boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public void writable() {
        commands.each(ClientConsumer::wake);
    }

    private void complain(String kind, String what, Throwable cause) {
        if (protocol.complaints.allows(kind)) {
            LOG.warn("{}, connection {}.", what, connection.remote(), cause);
        }
    }

    /** Closes the connection and sends the client the reason. */
    @Override
    public void end(String reason) {
        if (closing) {
            return;
        }
        closing = true;
        if (protocol.complaints.allows("closed")) {
            LOG.info("Connection from {} is closed: {}", connection.remote(), reason);
        }
        ConnectionError error = new ConnectionError();
        error.setException(new IOException(reason));
        send(error);
        flush();
        connection.close();
    }

    /** Closes the connection without a reason. */
    void close() {
        closing = true;
        flush();
        connection.close();
    }

    @Override
    public void closed() {
        closing = true;
        if (keepAlive != null) {
            keepAlive.cancel();
        }
        if (out != null) {
            out.release();
            out = null;
        }
        commands.connectionLost();
    }
}
