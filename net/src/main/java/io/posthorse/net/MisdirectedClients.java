package io.posthorse.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handling of clients on a port that does not speak their protocol. It closes their connections, and the server log
 * names the right port; a web browser gets that text itself. Used on one thread.
 */
public final class MisdirectedClients {
    private static final Logger LOG = LoggerFactory.getLogger(MisdirectedClients.class);

    private final PortProtocols signpost;
    private final LogLimiter complaints;
    private final Set<SpokenProtocol> foreign;

    /** Creates one for clients that speak another protocol than the port, inside encryption if there is any. */
    public static MisdirectedClients of(PortProtocols signpost, LogLimiter complaints, SpokenProtocol... alsoSpoken) {
        Set<SpokenProtocol> foreign = EnumSet.complementOf(EnumSet.of(signpost.speaks(), alsoSpoken));
        return new MisdirectedClients(signpost, complaints, foreign);
    }

    /** Creates one for clients without encryption, where it is required. */
    public static MisdirectedClients unencrypted(PortProtocols signpost, LogLimiter complaints) {
        return new MisdirectedClients(signpost, complaints, EnumSet.complementOf(EnumSet.of(SpokenProtocol.TLS)));
    }

    private MisdirectedClients(PortProtocols signpost, LogLimiter complaints, Set<SpokenProtocol> foreign) {
        this.signpost = signpost;
        this.complaints = complaints;
        this.foreign = foreign;
    }

    /**
     * Examines the first bytes of a connection.
     *
     * @return whether more bytes are needed to decide; otherwise {@link #found} returns the result
     */
    public boolean needsMore(ByteBuf in) {
        return found(in) == null && in.readableBytes() < SpokenProtocol.HEAD_BYTES
                && foreign.stream().anyMatch(one -> one.match(in) == SpokenProtocol.Match.MORE);
    }

    /** Returns the foreign protocol of the bytes; null where there is none. */
    public SpokenProtocol found(ByteBuf in) {
        for (SpokenProtocol one : foreign) {
            if (one.match(in) == SpokenProtocol.Match.YES) {
                return one;
            }
        }
        return null;
    }

    /** Closes the connection, and says why. */
    public void turnAway(ChannelHandlerContext context, SpokenProtocol spoken) {
        boolean isPlain = spoken == signpost.speaks();
        String where = isPlain ? signpost.directPlain() : signpost.direct(spoken);
        if (spoken == SpokenProtocol.PROXY && ForwardedClients.isForwarded(context.channel())) {
            LOG.debug("Connection from {} is closed: two nodes have passed it on, since leadership has just moved.",
                    context.channel().remoteAddress());
        } else if (complaints.allows(spoken.name())) {
            LOG.warn("Connection from {} to port {} is closed: it speaks {}{}. {}", context.channel().remoteAddress(),
                    HostPort.portOf(context.channel().localAddress()), spoken.words(), isPlain ? " unencrypted" : "", where);
        }
        if (spoken == SpokenProtocol.HTTP) {
            context.writeAndFlush(badRequest(where)).addListener(ChannelFutureListener.CLOSE);
        } else {
            context.close();
        }
    }

    private ByteBuf badRequest(String where) {
        byte[] text = ("This port speaks " + signpost.speaks().words() + ", and you speak HTTP. " + where + "\n")
                .getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + text.length + "\r\nConnection: close\r\n\r\n";
        return Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), text);
    }
}
