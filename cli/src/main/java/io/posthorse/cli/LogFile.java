package io.posthorse.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that gets all that the process prints, besides the console. At {@value #BYTES_MAX} bytes it is put aside in
 * place of the one put aside before. A file that cannot be written is given up; the console goes on.
 */
final class LogFile {
    static final long BYTES_MAX = 64L << 20;

    private final Path file;
    private FileChannel channel;
    private Object key;

    private LogFile(Path file) {
        this.file = file;
    }

    /** Has standard output and standard error go to the file too. */
    static void follow(Path file) {
        LogFile log = new LogFile(file);
        log.open();
        System.setOut(log.beside(System.out));
        System.setErr(log.beside(System.err));
    }

    private PrintStream beside(PrintStream console) {
        return new PrintStream(new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                console.write(bytes, from, count);
                append(ByteBuffer.wrap(bytes, from, count));
            }

            @Override
            public void flush() {
                console.flush();
            }
        }, true, StandardCharsets.UTF_8);
    }

    private synchronized void append(ByteBuffer bytes) {
        try {
            if (channel != null && channel.size() > BYTES_MAX) {
                channel.close();
                open();
            }
            while (channel != null && bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            channel = null;
        }
    }

    private void open() {
        channel = null;
        try {
            Files.createDirectories(file.getParent());
            // several processes may write to it: only one of them puts it aside
            if (Files.exists(file) && Files.size(file) > BYTES_MAX && (key == null || key.equals(keyOf(file)))) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            key = keyOf(file);
        } catch (IOException e) {
            System.err.println("What is printed is not written to " + file + ": " + e.getMessage()
                    + ". Set POSTHORSE_LOGS to a directory that can be written.");
        }
    }

    private static Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
