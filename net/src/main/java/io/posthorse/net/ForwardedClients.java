package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ProtocolDetectionState;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The begin of a connection that another node of the cluster may have passed on: a header of the PROXY protocol, version 2,
 * with a seal says who the client is. The rest of the pipeline learns of the connection only then, or once its first bytes
 * are no header, or after {@value #SILENT_MS} ms of silence: some clients wait for the broker to speak first. Until then it
 * is a stranger of its own address.
 */
public final class ForwardedClients extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardedClients.class);
    /** Type of the field with the seal: the first one that the protocol leaves to applications. */
    static final byte SEAL_TYPE = (byte) 0xE0;
    private static final int FIELDS_BYTES_MAX = 256;
    private static final long SILENT_MS = 1_000;
    private static final AttributeKey<InetSocketAddress> CLIENT = AttributeKey.valueOf(ForwardedClients.class, "client");

    private final ForwardingTickets tickets;
    private final String purpose;
    private final LogLimiter complaints;
    private final Strangers strangers;
    /** Its place among the strangers; null before it has one, and where there is none. */
    private UnidentifiedPeers.Place place;
    private ByteBuf held;
    private boolean isActive;
    private boolean isHeader;
    private Future<?> deadline;

    /** Where connections count that have not said whose they are. */
    public interface Strangers {
        /**
         * Adds one.
         *
         * @param evict closes it where a newcomer gets its place
         * @return null where there are too many
         */
        UnidentifiedPeers.Place enter(InetAddress address, Runnable evict);
    }

    /** @param purpose of the port, the same text on all nodes */
    public ForwardedClients(
            ForwardingTickets tickets, String purpose, Strangers strangers, LogLimiter complaints) {
        this.strangers = strangers;
        this.tickets = tickets;
        this.purpose = purpose;
        this.complaints = complaints;
    }

    /** Returns the client's address: the one that another node vouches for, or the one of the connection. */
    public static InetSocketAddress clientOf(Channel channel) {
        InetSocketAddress client = channel.attr(CLIENT).get();
        return client == null ? (InetSocketAddress) channel.remoteAddress() : client;
    }

    /** Returns whether another node has passed the connection on. */
    static boolean isForwarded(Channel channel) {
        return channel.hasAttr(CLIENT) && channel.attr(CLIENT).get() != null;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        InetAddress address = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
        place = strangers.enter(address, context::close);
        if (place == null) {
            complain(context.channel(), "too many connections are open that have not said whose they are");
            context.close();
            return;
        }
        deadline = context.executor().schedule(() -> silent(context), SILENT_MS, TimeUnit.MILLISECONDS);
    }

    private void silent(ChannelHandlerContext context) {
        if (isHeader && !isActive) {
            complain(context.channel(), "its header of the PROXY protocol does not end");
            context.close();
        } else if (!context.isRemoved()) {
            end(context);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (isHeader) {
            context.fireChannelRead(in); // to the decoder
            return;
        }
        if (held != null) {
            in = context.alloc().buffer(held.readableBytes() + in.readableBytes()).writeBytes(held).writeBytes(in);
            ((ByteBuf) message).release();
            held.release();
            held = null;
        }
        var found = HAProxyMessageDecoder.detectProtocol(in);
        boolean isOld = found.detectedProtocol() == HAProxyProtocolVersion.V1;
        if (found.state() == ProtocolDetectionState.DETECTED && !isOld) {
            decode(context, in);
        } else if (found.state() == ProtocolDetectionState.NEEDS_MORE_DATA) {
            held = in;
        } else {
            held = in;
            end(context);
        }
    }

    private void decode(ChannelHandlerContext context, ByteBuf in) {
        isHeader = true;
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addAfter(context.name(), "header check", new HeaderCheck(this, context));
        pipeline.addAfter(context.name(), "header", new HAProxyMessageDecoder(FIELDS_BYTES_MAX));
        context.fireChannelRead(in);
    }

    /** Lets the rest of the pipeline have the connection. */
    private void end(ChannelHandlerContext context) {
        if (isActive) {
            return;
        }
        begun();
        ByteBuf in = held;
        held = null;
        context.fireChannelActive();
        if (in != null) {
            context.fireChannelRead(in);
            context.fireChannelReadComplete();
        }
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    private void begun() {
        isActive = true;
        deadline.cancel(false);
        place.leave(); // it enters again, by the client's address
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !isActive) {
            if (isHeader || held == null) {
                context.close();
                return;
            }
            end(context);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (place != null) {
            place.leave();
        }
        if (isActive) {
            context.fireChannelInactive();
        } // else nobody knows of it
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private String refusal(HAProxyMessage header, Channel channel) {
        byte[] seal = header.tlvs().stream().filter(one -> one.typeByteValue() == SEAL_TYPE)
                .map(HAProxyTLV::content).map(ForwardedClients::bytes).findFirst().orElse(new byte[0]);
        try {
            InetSocketAddress from = address(header.sourceAddress(), header.sourcePort());
            if (!tickets.admits(seal, purpose, from, address(header.destinationAddress(), header.destinationPort()))) {
                return "it has a header of the PROXY protocol, and is not one that a node of this cluster has passed on."
                        + " Headers of load balancers are not read; let them pass connections on without one";
            }
            // a client on the other node's machine is not on this one
            boolean isLocal = from.getAddress().isLoopbackAddress();
            channel.attr(CLIENT).set(isLocal ? (InetSocketAddress) channel.remoteAddress() : from);
            return null;
        } catch (UnknownHostException | IllegalArgumentException e) {
            return "its header of the PROXY protocol has no addresses";
        }
    }

    private static byte[] bytes(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.getBytes(content.readerIndex(), bytes);
        return bytes;
    }

    /** Returns an address of digits; names, which would be looked up, are none. */
    private static InetSocketAddress address(String text, int port) throws UnknownHostException {
        if (text == null || !NetUtil.isValidIpV4Address(text) && !NetUtil.isValidIpV6Address(text)) {
            throw new UnknownHostException("no address");
        }
        return new InetSocketAddress(InetAddress.getByName(text), port);
    }

    /** The handler behind the decoder: checks the header and ends. */
    private static final class HeaderCheck extends ChannelInboundHandlerAdapter {
        private final ForwardedClients before;
        private final ChannelHandlerContext first;
        private boolean isRefused;

        HeaderCheck(ForwardedClients before, ChannelHandlerContext first) {
            this.before = before;
            this.first = first;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (isRefused || !(message instanceof HAProxyMessage header)) {
                ReferenceCountUtil.release(message);
                return;
            }
            String refusal;
            try {
                refusal = before.refusal(header, context.channel());
            } finally {
                header.release();
            }
            if (refusal != null) {
                isRefused = true;
                before.complain(context.channel(), refusal);
                context.close();
                return;
            }
            before.begun();
            context.fireChannelActive();
            context.pipeline().remove(first.handler());
            context.pipeline().remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            before.complain(context.channel(), "its header of the PROXY protocol cannot be read: " + cause.getMessage());
            context.close();
        }
    }

    private void complain(Channel channel, String what) {
        if (complaints.allows("forwarded")) {
            LOG.warn("Connection from {} is closed: {}.", channel.remoteAddress(), what);
        }
    }
}
