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
 * Clients that have dialled a port which does not speak their protocol. They are turned away, and the log says where they
 * belong; a web browser is told so itself. Used on one thread.
 */
public final class MisdirectedClients {
    private static final Logger LOG = LoggerFactory.getLogger(MisdirectedClients.class);

    private final PortProtocols signpost;
    private final LogLimiter complaints;
    private final Set<SpokenProtocol> foreign;

    /** Who speaks something else than a port does, behind encryption where there is some. */
    public static MisdirectedClients of(PortProtocols signpost, LogLimiter complaints, SpokenProtocol... alsoSpoken) {
        Set<SpokenProtocol> foreign = EnumSet.complementOf(EnumSet.of(signpost.speaks(), alsoSpoken));
        return new MisdirectedClients(signpost, complaints, foreign);
    }

    /** Who does not encrypt, where that is a must. */
    public static MisdirectedClients unencrypted(PortProtocols signpost, LogLimiter complaints) {
        return new MisdirectedClients(signpost, complaints, EnumSet.complementOf(EnumSet.of(SpokenProtocol.TLS)));
    }

    private MisdirectedClients(PortProtocols signpost, LogLimiter complaints, Set<SpokenProtocol> foreign) {
        this.signpost = signpost;
        this.complaints = complaints;
        this.foreign = foreign;
    }

    /**
     * Looks at the first bytes of a connection.
     *
     * @return whether more bytes are needed to tell; where not, {@link #found} tells
     */
    public boolean needsMore(ByteBuf in) {
        return found(in) == null && in.readableBytes() < SpokenProtocol.HEAD_BYTES
                && foreign.stream().anyMatch(one -> one.match(in) == SpokenProtocol.Match.MORE);
    }

    /** The protocol that does not belong here; null where the bytes are of none of those. */
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
        if (complaints.allows(spoken.name())) {
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
