package io.posthorse.cli;

import io.posthorse.server.LogPlace;
import io.posthorse.server.OwnFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The server log as a file: it receives everything that the process prints, in addition to the console. At
 * {@value #BYTES_MAX} bytes it is renamed to {@code NAME.1} and older files move on; {@value #ASIDE_MAX} of them are kept.
 * Output before the file is known is held for it. Where the file cannot be written, only the console gets the output, and
 * later output tries the file again.
 */
final class LogFile {
    static final long BYTES_MAX = 64L << 20;
    static final int ASIDE_MAX = 4;
    /** Maximum bytes that are held until the file is known. */
    private static final int HELD_BYTES_MAX = 256 << 10;

    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final long LOOK_NANOS = 1_000_000_000L;
    private static final int LINE_BYTES_MAX = 64 << 10;

    private long bytesMax;
    private ByteArrayOutputStream held = new ByteArrayOutputStream();
    private Path file;
    private FileChannel channel;
    private Object key;
    private List<DetachedOutput> consoles = List.of();
    private long leftOut;
    private long lookedNanos = System.nanoTime();

    LogFile(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * Begins to copy standard output and standard error.
     *
     * @param lines gets the stream for lines of the server log, and the console behind it, which may lag behind the file
     */
    static LogFile follow(BiConsumer<PrintStream, DetachedOutput> lines) {
        LogFile log = new LogFile(BYTES_MAX);
        DetachedOutput console = DetachedOutput.to(System.out);
        PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
        log.consoles = List.of(console, DetachedOutput.to(System.err));
        lines.accept(log.beside(out, false), console);
        System.setOut(log.beside(out, true));
        System.setErr(log.beside(new PrintStream(log.consoles.get(1), true, StandardCharsets.UTF_8), true));
        return log;
    }

    /** Waits until everything so far is printed on the console; two seconds at most, since nobody may read it. */
    void drain() {
        long end = System.nanoTime() + DRAIN_NANOS;
        consoles.forEach(console -> console.drain(end));
    }

    /**
     * Returns a stream to the console and to the file, which gets complete lines.
     *
     * @param dates whether lines begin with date and time in the file
     */
    PrintStream beside(PrintStream console, boolean dates) {
        return new PrintStream(new OutputStream() {
            private final ByteArrayOutputStream line = new ByteArrayOutputStream();

            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                console.write(bytes, from, count);
                for (int i = from; i < from + count; i++) {
                    if (dates && line.size() == 0) {
                        line.writeBytes((LogLine.now() + " ").getBytes(StandardCharsets.US_ASCII));
                    }
                    line.write(bytes[i]);
                    if (bytes[i] == '\n' || line.size() >= LINE_BYTES_MAX) {
                        append(ByteBuffer.wrap(line.toByteArray()));
                        line.reset();
                    }
                }
            }

            @Override
            public void flush() {
                console.flush();
            }
        }, true, StandardCharsets.UTF_8);
    }

    /**
     * Sets the location of the file.
     *
     * @param place null where there is no file
     * @return problem that prevents writing it; null where there is none
     */
    synchronized String open(LogPlace place) {
        byte[] heldBytes = held == null ? new byte[0] : held.toByteArray();
        held = null;
        if (place == null) {
            return null;
        }
        file = place.file();
        try {
            open();
            link(place.alias());
        } catch (IOException e) {
            return "The server log is not written to " + file + " (" + reason(e) + "). Set log.directory to a writable"
                    + " directory, or to none.";
        }
        long missing = leftOut;
        leftOut = 0;
        append(ByteBuffer.wrap(heldBytes));
        leftOut += missing;
        return null;
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException failure && failure.getReason() != null ? failure.getReason() : e.toString();
    }

    private synchronized void append(ByteBuffer bytes) {
        if (held != null && held.size() + bytes.remaining() <= HELD_BYTES_MAX) {
            held.write(bytes.array(), bytes.position(), bytes.remaining());
        } else if (held != null) {
            leftOut += bytes.remaining();
        }
        if (file == null) {
            return;
        }
        try {
            if (channel == null || channel.size() > bytesMax || isMoved()) {
                close();
                open();
            }
            if (leftOut > 0) {
                channel.write(ByteBuffer.wrap((leftOut + " bytes are missing here: the file could not be written.\n")
                        .getBytes(StandardCharsets.UTF_8)));
                leftOut = 0;
            }
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            leftOut += bytes.remaining(); // a full disk, for example: the console has it
            reopenLater();
        }
    }

    /** Returns whether the file was renamed or deleted, as programs that rotate logs do it; looks once a second. */
    private boolean isMoved() {
        long now = System.nanoTime();
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        try {
            return key != null && !key.equals(keyOf(file));
        } catch (IOException e) {
            return true;
        }
    }

    /** Forgets the file, so that the next line opens it anew: what was mounted there may have gone. */
    private void reopenLater() {
        try {
            close();
        } catch (IOException e) {
            channel = null;
        }
    }

    private void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void open() throws IOException {
        // several processes may write to it: only one of them rotates it
        if (Files.exists(file) && Files.size(file) > bytesMax && (key == null || key.equals(keyOf(file)))) {
            putAside();
        }
        OwnFiles.createDirectories(file.getParent()); // may have been removed meanwhile
        OwnFiles.create(file);
        channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        key = keyOf(file);
    }

    private void putAside() {
        try {
            for (int i = ASIDE_MAX; i > 0; i--) {
                Path younger = i == 1 ? file : aside(i - 1);
                if (Files.exists(younger)) {
                    Files.move(younger, aside(i), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            bytesMax *= 2; // a directory that cannot be written, say: the file grows on, and this is tried again later
        }
    }

    private Path aside(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** Creates a link from another name to the file, unless a file has that name or the file system has no links. */
    private void link(Path alias) {
        try {
            boolean isFree = alias != null
                    && (!Files.exists(alias, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(alias));
            if (isFree) {
                Path link = alias.resolveSibling("." + alias.getFileName() + "." + ProcessHandle.current().pid());
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, file.getFileName());
                Files.move(link, alias, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // the link is a convenience only
        }
    }

    private static Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
