package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code cluster init} makes, keeps, refuses and prints. */
class ClusterInitCommandTest {
    private static final String NODES = "a=host1,b=10.0.0.2:10999,c=2001:db8::3";
    private static final int ALTERNATIVE_DNS = 2;
    private static final int ALTERNATIVE_ADDRESS = 7;

    @TempDir
    Path directory;

    private Path out;

    @BeforeEach
    void place() {
        out = directory.resolve("sub").resolve("cluster");
    }

    private Console init(String nodes, String... more) {
        List<String> arguments = new ArrayList<>(List.of("cluster", "init", "--out", out.toString(), "--nodes", nodes));
        arguments.addAll(List.of(more));
        return Console.run(arguments.toArray(String[]::new));
    }

    private Console initWell(String nodes, String... more) {
        Console console = init(nodes, more);
        assertEquals(0, console.exitCode(), console.err());
        return console;
    }

    private void assertRefused(int exitCode, String part, Console console) {
        assertEquals(exitCode, console.exitCode(), console.err());
        assertTrue(console.err().contains(part), console.err());
        assertTrue(console.err().contains("othing was made") || console.err().contains("No bundle was made")
                || console.err().contains("made nothing"), console.err());
        assertEquals("", console.out());
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(out)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(out.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }

    private X509Certificate certificate(String file) throws Exception {
        return Pem.certificate(Files.readString(out.resolve(file)));
    }

    @Test
    void theFilesAreThereAndTheSecretsAreTheOwnersAlone() throws Exception {
        Console console = initWell(NODES);
        assertEquals("", console.err());
        List<String> expected = new ArrayList<>(List.of(".lock", "ca.key", "ca.pem", "group"));
        for (String node : List.of("a", "b", "c")) {
            List.of("address", "ca.pem", "group", "node.key", "node.pem").forEach(file -> expected.add(node + "/" + file));
        }
        Map<String, String> files = files();
        assertEquals(expected.stream().sorted().toList(), List.copyOf(files.keySet()));

        String group = files.get("group");
        assertEquals(group, UUID.fromString(group.strip()) + "\n");
        for (String node : List.of("a", "b", "c")) {
            assertEquals(group, files.get(node + "/group"));
            assertEquals(files.get("ca.pem"), files.get(node + "/ca.pem"));
            assertTrue(files.get(node + "/node.key").startsWith("-----BEGIN PRIVATE KEY-----\n"));
            assertEquals("EC", Pem.key(files.get(node + "/node.key")).getAlgorithm());
        }
        assertEquals("b=10.0.0.2:10999\n", files.get("b/address"));

        assumeTrue(Files.getFileStore(out).supportsFileAttributeView("posix"));
        assertEquals("rwx------", mode(out));
        assertEquals("rw-------", mode(out.resolve("ca.key")));
        assertEquals("rwx------", mode(out.resolve("a")));
        assertEquals("rw-------", mode(out.resolve("a/node.key")));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void certificatesSayWhoTheNodeIsAndWhereItIs() throws Exception {
        initWell(NODES);
        X509Certificate authority = certificate("ca.pem");
        String group = Files.readString(out.resolve("group")).strip();
        assertEquals("CN=Posthorse cluster " + group, authority.getSubjectX500Principal().getName());
        assertEquals(0, authority.getBasicConstraints());
        assertTrue(authority.getKeyUsage()[5]);
        assertFalse(authority.getKeyUsage()[0]);
        authority.verify(authority.getPublicKey());

        X509Certificate a = certificate("a/node.pem");
        a.verify(authority.getPublicKey());
        a.checkValidity();
        assertEquals("CN=a", a.getSubjectX500Principal().getName());
        assertEquals(authority.getSubjectX500Principal(), a.getIssuerX500Principal());
        assertEquals(-1, a.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), a.getExtendedKeyUsage());
        assertTrue(a.getKeyUsage()[0]);
        assertFalse(a.getKeyUsage()[5]);
        assertEquals(List.of(List.of(ALTERNATIVE_DNS, "host1"), List.of(ALTERNATIVE_DNS, "localhost"),
                List.of(ALTERNATIVE_ADDRESS, "127.0.0.1")), List.copyOf(a.getSubjectAlternativeNames()));
        assertEquals(List.of(ALTERNATIVE_ADDRESS, "10.0.0.2"),
                certificate("b/node.pem").getSubjectAlternativeNames().iterator().next());
        assertTrue(new Credential(null, certificate("c/node.pem")).isFor("2001:DB8:0::3"));
        assertNotEquals(a.getSerialNumber(), certificate("b/node.pem").getSerialNumber());
    }

    @Test
    void theListOfTheSettingIsTakenAndNamesMayBeLong() throws Exception {
        String name = "n".repeat(64);
        initWell("localhost:10931,10.0.0.7:11000," + name + "=a.b-c.example");
        assertEquals("CN=localhost", certificate("localhost/node.pem").getSubjectX500Principal().getName());
        assertEquals(2, certificate("localhost/node.pem").getSubjectAlternativeNames().size());
        assertEquals("10.0.0.7:11000\n", Files.readString(out.resolve("10.0.0.7/address")));
        assertEquals("CN=" + name, certificate(name + "/node.pem").getSubjectX500Principal().getName());
    }

    @Test
    void theStartOfEachNodeIsPrinted() {
        Console console = initWell("a=host1,b:10999,c=[2001:db8::3]:1");
        List<String> lines = console.lines();
        assertTrue(lines.contains("Node a: copy " + out.resolve("a") + " to host1, for the user of the server alone, and"
                + " start it there:"), console.out());
        assertTrue(console.out().contains("  bin/posthorse start --set"
                + " 'cluster.nodes=a=host1:10931,b:10999,c=[2001:db8::3]:1' --set cluster.node=b --set cluster.certificates="
                + out.resolve("b") + " --set bind=0.0.0.0 --set insecure=true" + System.lineSeparator()), console.out());
        assertTrue(console.out().contains("Who has " + out.resolve("ca.key")), console.out());
        assertFalse(console.out().contains("PRIVATE"), console.out());
    }

    @Test
    void nodesAreAddedAndWhatWasThereIsKept() throws Exception {
        initWell(NODES);
        Map<String, String> before = files();
        Console grown = initWell("d=host4,a=host1");
        Map<String, String> after = files();
        before.forEach((file, text) -> assertEquals(text, after.get(file), file));
        assertEquals(before.get("group"), after.get("d/group"));
        certificate("d/node.pem").verify(certificate("ca.pem").getPublicKey());
        assertTrue(grown.out().contains(out.resolve("a") + " is there already, and was left as it is."), grown.out());
        assertTrue(grown.out().contains(
                "cluster.nodes=a=host1:10931,b=10.0.0.2:10999,c=[2001:db8::3]:10931,d=host4:10931"), grown.out());
        assertEquals(List.of("WARNING: The cluster has 4 nodes, and goes on after the failure of 1 of them, no more than"
                + " with 3. Add or leave out one."), grown.err().lines().toList());
        assertEquals("", initWell("e=host5").err());
    }

    @Test
    void aBundleThatOthersWouldRefuseIsLeftAndSaidSo() throws Exception {
        initWell("a=host1,b=host2,c=host3");
        Console other = initWell("a=host9");
        assertTrue(other.err().contains("its certificate is for host1, localhost, 127.0.0.1, and not for host9"),
                other.err());
        Files.delete(out.resolve("b/node.key"));
        Files.copy(out.resolve("a/node.key"), out.resolve("c/node.key"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.createDirectory(out.resolve("d"));
        Map<String, String> before = files();
        Console broken = initWell("b=host2,c=host3,d=host4");
        assertEquals(before, files());
        assertTrue(broken.err().contains("node.key is missing"), broken.err());
        assertTrue(broken.err().contains("node.key is not the key of the certificate"), broken.err());
        assertTrue(broken.err().contains("refuse a node with " + out.resolve("d") + ": it is no whole bundle"),
                broken.err());
        assertEquals(1, broken.err().lines().filter(line -> line.contains(out.resolve("d").toString())).count());
    }

    @Test
    void halfOfAnInterruptedRunIsMadeAgain() throws Exception {
        Files.createDirectories(out);
        Files.writeString(out.resolve(".lock"), "");
        Files.writeString(out.resolve(".ca.key.new"), "-----BEGIN PRIV");
        initWell("a=host1");
        assertFalse(Files.exists(out.resolve(".ca.key.new")));

        Files.delete(out.resolve("group"));
        Files.delete(out.resolve("ca.pem"));
        Files.writeString(out.resolve(".ca.pem.new"), "half");
        Path half = Files.createDirectory(out.resolve(".b.new"));
        Files.writeString(half.resolve("node.key"), "half");
        Console console = initWell("b=host2");
        assertTrue(console.out().contains("Made " + out.resolve("b") + " for host2"), console.out());
        assertFalse(Files.exists(half));
        assertEquals(files().get("a/group"), files().get("group"));
        assertEquals(files().get("a/ca.pem"), files().get("ca.pem"));
        assertNull(bundleProblem("b", "host2"));
    }

    private String bundleProblem(String node, String host) throws Exception {
        try (ClusterAuthority authority = ClusterAuthority.open(out, null, Duration.ofDays(1), Instant.now())) {
            return authority.problem(new NamedNode(node, host, 1));
        }
    }

    @Test
    void anotherDirectoryIsRefusedAndUnchanged() throws Exception {
        Files.createDirectories(out);
        Files.writeString(out.resolve("notes.txt"), "mine");
        assertRefused(1, "is not empty, and there is no ca.key", init("a=host1"));
        assertEquals(Map.of("notes.txt", "mine"), files());

        Files.move(out.resolve("notes.txt"), out.resolve("ca.pem"));
        assertRefused(1, "but not ca.key beside it", init("a=host1"));
        assertEquals(Map.of("ca.pem", "mine"), files());

        Files.move(out.resolve("ca.pem"), out.resolve("ca.key"));
        assertRefused(1, "cannot be read as key and certificate", init("a=host1"));

        out = directory.resolve("file");
        Files.writeString(out, "");
        assertRefused(1, "is a file", init("a=host1"));
    }

    @Test
    void filesOfTwoAuthoritiesAreNotMixed() throws Exception {
        initWell("a=host1");
        Path first = out;
        out = directory.resolve("second");
        initWell("a=host1");
        String key = Files.readString(out.resolve("ca.key"));

        Files.writeString(out.resolve("group"), UUID.randomUUID() + "\n");
        assertRefused(1, "group is not what ca.key beside it says", init("b=host2"));
        Files.delete(out.resolve("group"));
        Files.writeString(out.resolve("ca.pem"), Files.readString(first.resolve("ca.pem")));
        assertRefused(1, "ca.pem is not what ca.key beside it says", init("b=host2"));
        Files.writeString(out.resolve("ca.key"),
                key.substring(0, key.indexOf("-----BEGIN CERT")) + Files.readString(first.resolve("ca.pem")));
        assertRefused(1, "the certificate is that of another key", init("b=host2"));
        assertFalse(Files.exists(out.resolve("b")));
    }

    @Test
    void anAuthorityThatHasEndedSignsNothing() throws Exception {
        ClusterAuthority.open(out, null, Duration.ofDays(1), Instant.now().minus(Duration.ofDays(9))).close();
        assertRefused(1, "so nobody accepts what it signs", init("a=host1"));
        String group = Files.readString(out.resolve("group")).strip();
        out = directory.resolve("second");
        initWell("a=host1", "--group", group);
        assertEquals(group + "\n", Files.readString(out.resolve("a/group")));
        assertRefused(1, "is that of cluster " + group + ", and not of", init("b=host2", "--group", "" + UUID.randomUUID()));
        assertEquals(2, init("b=host2", "--group", "mine").exitCode());
    }

    @Test
    void aCertificateIsValidForTheDaysAndNotLongerThanTheAuthority() throws Exception {
        initWell("a=host1", "--days", "10");
        assertDays(10, "a/node.pem");
        assertDays(20, "ca.pem");
        initWell("b=host2", "--days", "36500");
        assertDays(20, "b/node.pem");

        out = directory.resolve("second");
        initWell("a=host1", "--days", "36500"); // beyond 2050, where times have another form
        assertDays(36_500, "a/node.pem");
        out = directory.resolve("third");
        initWell("a=host1");
        assertDays(3_650, "a/node.pem");
    }

    private void assertDays(int days, String file) throws Exception {
        Instant end = certificate(file).getNotAfter().toInstant();
        Duration difference = Duration.between(end, Instant.now().plus(Duration.ofDays(days))).abs();
        assertTrue(difference.compareTo(Duration.ofHours(1)) < 0, file + " is valid until " + end);
    }

    @Test
    void twoAtOnceAreRefused() throws Exception {
        Files.createDirectories(out);
        try (FileChannel lock = FileChannel.open(
                out.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            assertRefused(1, "Another process makes bundles", init("a=host1"));
        }
        initWell("a=host1");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNamed() throws Exception {
        initWell("a=host1");
        Path half = Files.createDirectories(out.resolve(".b.new").resolve("deep"));
        Files.writeString(half.resolve("other"), "");
        Console console = init("b=host2");
        assertEquals(1, console.exitCode());
        assertTrue(console.err().contains("Not everything could be made in " + out + " ("), console.err());
        assertTrue(console.err().contains("run the command again"), console.err());
    }

    @Test
    void wrongListsAreRefused() {
        Map<String, String> wrong = new TreeMap<>();
        wrong.put("", "The list of nodes is empty");
        wrong.put("a=host1,,b=host2", "The list of nodes is empty, or has an empty part");
        wrong.put("a=host1,A=host2", "Two nodes have the name A");
        wrong.put("a=host1,a=host1", "Two nodes have the name a");
        wrong.put("=host1", "has the name \"\"");
        wrong.put(".=host1", "has the name \".\"");
        wrong.put("..=host1", "has the name \"..\"");
        wrong.put("-a=host1", "has the name \"-a\"");
        wrong.put("a/b=host1", "has the name \"a/b\"");
        wrong.put("a\\b=host1", "has the name \"a\\b\"");
        wrong.put("..%2f=host1", "has the name \"..%2f\"");
        wrong.put("n".repeat(65) + "=host1", "A name is 1 to 64 letters");
        wrong.put("\u00e4=host1", "has the name \"\u00e4\"");
        wrong.put("[::1]:10931", "has the name \"::1\"");
        wrong.put("CA.key=host1", "which is that of a file");
        wrong.put("a=", "has the host \"\"");
        wrong.put("a=ho_st", "has the host \"ho_st\"");
        wrong.put("a=*.example", "has the host \"*.example\"");
        wrong.put("a=host1.", "has the host \"host1.\"");
        wrong.put("a=10.0.0.256", "has the host \"10.0.0.256\"");
        wrong.put("a=10.0.0", "has the host \"10.0.0\"");
        wrong.put("a=1:2:x", "has the host \"1:2:x\"");
        wrong.put("a=fe80::1%eth0", "has the host \"fe80::1%eth0\"");
        wrong.put("a=0.0.0.0", "which means every address");
        wrong.put("a=[::]:1", "which means every address");
        wrong.put("a=host1:0", "has the port \"0\"");
        wrong.put("a=host1:65536", "has the port \"65536\"");
        wrong.put("a=host1:", "has the port \"\"");
        wrong.put("a=host1:x", "has the port \"x\"");
        wrong.forEach((nodes, part) -> assertRefused(2, part, init(nodes)));
        assertFalse(Files.exists(out));
    }

    @Test
    void wrongOptionsAreRefused() {
        assertRefused(2, "--days 0 is not a number from 1", init("a=host1", "--days", "0"));
        assertRefused(2, "--days 36501 is not a number from 1", init("a=host1", "--days", "36501"));
        assertEquals(2, init("a=host1", "--days", "x").exitCode());
        assertEquals(2, Console.run("cluster", "init", "--out", out.toString()).exitCode());
        assertEquals(2, Console.run("cluster").exitCode());
        assertFalse(Files.exists(out));
    }
}
