package io.posthorse.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The certificate authority of a cluster, in a directory that is kept: it makes a bundle of files for each node. The
 * authority is one file, {@code ca.key}, with key and certificate; {@code ca.pem} and {@code group} are copies of what that
 * says. A bundle gets its name once it is whole, and is never touched again.
 */
final class ClusterAuthority implements Closeable {
    /** The files beside the directories of the nodes. */
    static final Set<String> FILES = Set.of("ca.key", "ca.pem", "group");

    static final String KEY = "ca.key";
    private static final String CERTIFICATE = "ca.pem";
    private static final String GROUP = "group";
    private static final String LOCK = ".lock";
    private static final String COMMON_NAME = "Posthorse cluster ";
    /** Clocks may differ by that. */
    private static final Duration EARLIER = Duration.ofDays(1);
    /** Nodes that are added later are signed by the same authority, so it is valid for so many times as long. */
    private static final int LONGER = 2;

    private final Path directory;
    private final FileChannel lock;
    private final Instant now;
    private Credential own;
    private UUID group;
    private boolean isNew;

    private ClusterAuthority(Path directory, FileChannel lock, Instant now) {
        this.directory = directory;
        this.lock = lock;
        this.now = now;
    }

    /**
     * Opens the authority in a directory, or makes one where the directory is missing or empty.
     *
     * @param group id of a cluster that is there already, for a new authority of it; null for a new cluster, or for the one
     *     whose authority is there
     * @param valid time for which the certificates of nodes are valid, where a new authority is made
     */
    static ClusterAuthority open(Path directory, UUID group, Duration valid, Instant now)
            throws IOException, CommandFailedException {
        if (!Files.exists(directory)) {
            Path parent = directory.toAbsolutePath().normalize().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            WholeFiles.createDirectory(directory);
        } else if (!Files.isDirectory(directory)) {
            throw failed(directory + " is a file, so no authority can be in it. Nothing was made. Name a directory with"
                    + " --out.");
        }
        check(directory);
        ClusterAuthority authority = new ClusterAuthority(directory, lock(directory), now);
        try {
            authority.open(group, valid);
            return authority;
        } catch (IOException | CommandFailedException | RuntimeException e) {
            authority.close();
            throw e;
        }
    }

    /** Refuses a directory with other things in it before anything is written there. */
    private static void check(Path directory) throws IOException, CommandFailedException {
        if (Files.exists(directory.resolve(KEY), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.exists(directory.resolve(CERTIFICATE), LinkOption.NOFOLLOW_LINKS)) {
            throw failed("There is " + directory.resolve(CERTIFICATE) + ", but not " + KEY + " beside it, the key of"
                    + " the cluster's authority, so no bundle can be signed. Nothing was made. Put the key back from"
                    + " where it is kept, and run the command again.");
        }
        Path unfinished = WholeFiles.unfinished(directory.resolve(KEY));
        for (Path file : WholeFiles.list(directory)) {
            if (!file.equals(unfinished) && !file.equals(directory.resolve(LOCK))) {
                throw failed("The directory " + directory + " is not empty, and there is no " + KEY + " of an authority"
                        + " in it, so it is for something else. Nothing was made. Name another directory with --out.");
            }
        }
    }

    private static FileChannel lock(Path directory) throws IOException, CommandFailedException {
        FileChannel channel = WholeFiles.openLock(directory.resolve(LOCK));
        boolean isLocked = false;
        try {
            isLocked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // by this process
        } finally {
            if (!isLocked) {
                channel.close();
            }
        }
        if (!isLocked) {
            throw failed("Another process makes bundles in " + directory + " at this moment. This one made nothing. Run"
                    + " the command again when the other one has ended.");
        }
        return channel;
    }

    private void open(UUID wanted, Duration valid) throws IOException, CommandFailedException {
        check(directory);
        try {
            if (!Files.exists(directory.resolve(KEY))) {
                make(wanted == null ? UUID.randomUUID() : wanted, valid);
            }
            read();
            if (wanted != null && !wanted.equals(group)) {
                throw failed("The authority in " + directory + " is that of cluster " + group + ", and not of " + wanted
                        + ". No bundle was made. Name another directory with --out, or leave --group out.");
            }
            copy(CERTIFICATE, Pem.of(own.certificate()));
            copy(GROUP, group + "\n");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw failed(directory.resolve(KEY) + " cannot be read as key and certificate of a cluster's authority ("
                    + WholeFiles.reason(e) + "). No bundle was made. Put the file back from where a copy is kept, or"
                    + " name another directory with --out, for another cluster.");
        }
        if (end().isBefore(now)) {
            throw failed("The authority in " + directory + " was valid until " + end() + ", so nobody accepts what it"
                    + " signs. No bundle was made. Make a new authority and all bundles in another directory, with"
                    + " --out DIR --group " + group + ".");
        }
    }

    private void make(UUID id, Duration valid) throws IOException, GeneralSecurityException {
        Credential made = Credential.authority(
                COMMON_NAME + id, now.minus(EARLIER), now.plus(valid.multipliedBy(LONGER)));
        WholeFiles.createWhole(directory.resolve(KEY), Pem.of(made.key()) + Pem.of(made.certificate()), true);
        isNew = true;
    }

    private void read() throws IOException, GeneralSecurityException {
        String text = Pem.read(directory.resolve(KEY));
        own = new Credential(Pem.key(text), Pem.certificate(text));
        if (!own.fits()) {
            throw new GeneralSecurityException("the certificate is that of another key");
        }
        String name = own.commonName();
        if (!name.startsWith(COMMON_NAME)) {
            throw new GeneralSecurityException("it is the certificate of " + name);
        }
        group = UUID.fromString(name.substring(COMMON_NAME.length()));
    }

    /** Writes a copy of what the authority says where it is missing, and refuses another one. */
    private void copy(String name, String text) throws IOException, CommandFailedException {
        Path file = directory.resolve(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            WholeFiles.createWhole(file, text, false);
        } else if (!Pem.read(file).strip().equals(text.strip())) {
            throw failed(file + " is not what " + KEY + " beside it says, so the two are of different clusters. No"
                    + " bundle was made. Put the right files there; a missing " + name + " is written again.");
        }
    }

    /** Returns whether it was made when it was opened. */
    boolean isNew() {
        return isNew;
    }

    Path directory() {
        return directory;
    }

    UUID group() {
        return group;
    }

    /** Returns the time until which its certificate is valid. */
    Instant end() {
        return own.certificate().getNotAfter().toInstant();
    }

    /** Returns the bundle of a node, which may not be there yet. */
    ClusterBundle bundle(NamedNode node) {
        return new ClusterBundle(directory.resolve(node.name()));
    }

    /** Returns the nodes whose bundles are there, in the order of names. */
    List<NamedNode> nodes() throws IOException {
        List<NamedNode> nodes = new ArrayList<>();
        for (Path file : WholeFiles.list(directory)) {
            if (!file.getFileName().toString().startsWith(".")) {
                new ClusterBundle(file).node().ifPresent(nodes::add);
            }
        }
        return nodes;
    }

    /**
     * Makes the bundle of a node. Its certificate ends no later than that of the authority.
     *
     * @return the time until which the certificate is valid
     */
    Instant issue(NamedNode node, Duration valid) throws IOException {
        Instant wanted = now.plus(valid);
        Instant end = wanted.isBefore(end()) ? wanted : end();
        try {
            Credential issued = own.issue(node, now.minus(EARLIER), end);
            bundle(node).make(node, group, own.certificate(), issued);
            return issued.certificate().getNotAfter().toInstant();
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate could be made: " + WholeFiles.reason(e), e);
        }
    }

    /** Returns what is wrong with a bundle that was there before, for a node that is to have it; null for nothing. */
    String problem(NamedNode node) {
        return bundle(node).problem(node, group, own.certificate(), now);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static CommandFailedException failed(String text) {
        return new CommandFailedException(Launch.NOT_STARTED, text);
    }
}
