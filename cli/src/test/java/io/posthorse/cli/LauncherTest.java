package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the launcher, piece by piece: where they look for a JDK, and when they build again. */
class LauncherTest {
    private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

    @TempDir
    Path home;

    private record Outcome(int exitCode, String text) {}

    private Outcome bash(Map<String, String> environment, String commands) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", commands).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return new Outcome(process.exitValue(), text);
    }

    private Outcome findJdk(Map<String, String> environment) throws Exception {
        return bash(environment, ". " + BIN.resolve("find-jdk.sh") + "; find_jdk; echo \"$JAVA $JAVA_RELEASE\"");
    }

    private Path jdk(String place, String version) throws IOException {
        Path jdk = home.resolve(place);
        Files.createDirectories(jdk.resolve("bin"));
        Files.createFile(jdk.resolve("bin").resolve("java"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    @Test
    void aJdkIsFoundWhereToolsKeepTheirs() throws Exception {
        for (String place : List.of(
                ".sdkman/candidates/java/25-tem", ".asdf/installs/java/temurin-25", ".local/share/mise/installs/java/25",
                ".jdks/temurin-25", ".gradle/jdks/eclipse-25", "Library/Java/JavaVirtualMachines/x.jdk/Contents/Home")) {
            Path jdk = jdk(place, "25.0.1");
            assertEquals(jdk + "/bin/java 25", findJdk(Map.of()).text(), place);
            Files.delete(jdk.resolve("release"));
        }
        Path moved = jdk("elsewhere/installs/java/26", "26-ea");
        assertEquals(moved + "/bin/java 26", findJdk(Map.of("ASDF_DATA_DIR", home.resolve("elsewhere").toString())).text());
    }

    @Test
    void variablesAndThePathComeFirstAndAnOlderJavaThereIsPassedOver() throws Exception {
        jdk(".jdks/a", "25");
        Path own = jdk("own", "25.0.2");
        Path old = jdk("old", "17.0.1");
        assertEquals(own + "/bin/java 25", findJdk(Map.of("JAVA_HOME", own.toString())).text());
        assertEquals(own + "/bin/java 25", findJdk(Map.of("PATH", own.resolve("bin") + ":/usr/bin:/bin")).text());
        assertEquals(home.resolve(".jdks/a") + "/bin/java 25", findJdk(Map.of(
                "JAVA_HOME", old.toString(), "PATH", old.resolve("bin") + ":/usr/bin:/bin")).text());
        Path links = Files.createDirectory(home.resolve("links"));
        Files.createSymbolicLink(links.resolve("java"), home.resolve("alternatives"));
        Files.createSymbolicLink(home.resolve("alternatives"), own.resolve("bin").resolve("java"));
        assertEquals(own + "/bin/java 25", findJdk(Map.of("PATH", links + ":/usr/bin:/bin")).text());
    }

    @Test
    void aWrongPosthorseJavaHomeIsAnError() throws Exception {
        jdk(".jdks/a", "25");
        Path old = jdk("old", "17.0.1");
        Outcome wrong = findJdk(Map.of("POSTHORSE_JAVA_HOME", old.toString()));
        assertEquals(1, wrong.exitCode());
        assertTrue(wrong.text().contains(old + ", which is Java 17"), wrong.text());
        Outcome none = findJdk(Map.of("POSTHORSE_JAVA_HOME", "/nowhere"));
        assertEquals(1, none.exitCode());
        assertTrue(none.text().contains("/nowhere, and there is no Java in it"), none.text());
    }

    private String changedSource() throws Exception {
        return bash(Map.of(), "home=" + home + "; . " + BIN.resolve("build.sh") + "; changed_source").text();
    }

    @Test
    void aChangedOrDeletedSourceOfTheServerIsNoticedAndNoOther() throws Exception {
        Instant built = Instant.now().minusSeconds(60);
        Path source = file("log/src/main/java/Log.java");
        Path deleted = file("log/src/main/java/Old.java");
        Path other = file("examples/src/main/java/Other.java");
        file("pom.xml");
        file("log/pom.xml");
        file("cli/src/main/java/Main.java");
        file("cli/pom.xml");
        Path jar = file("cli/target/posthorse-cli-0.1.0-SNAPSHOT.jar");
        file("cli/target/lib/posthorse-log-0.1.0-SNAPSHOT.jar");
        try (var all = Files.walk(home)) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, FileTime.from(built.minusSeconds(60)));
            }
        }
        Files.setLastModifiedTime(jar, FileTime.from(built));
        assertEquals("", changedSource());
        Files.setLastModifiedTime(other, FileTime.from(built.plusSeconds(1)));
        assertEquals("", changedSource());
        Files.setLastModifiedTime(source, FileTime.from(built.plusSeconds(1)));
        assertEquals(source.toString(), changedSource());
        Files.setLastModifiedTime(source, FileTime.from(built.minusSeconds(60)));
        Files.delete(deleted);
        assertEquals(deleted.getParent().toString(), changedSource());
    }

    private Path file(String name) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void theCommitIsReadFromTheCheckoutAlsoOfASecondWorkTree() throws Exception {
        String commands = "home=" + home + "; . " + BIN.resolve("build.sh") + "; commit";
        assertEquals("", bash(Map.of(), commands).text());
        Path git = Files.createDirectories(home.resolve(".git/refs/heads")).getParent().getParent();
        Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
        Files.writeString(git.resolve("refs/heads/main"), "0123456789abcdef\n");
        assertEquals("0123456789", bash(Map.of(), commands).text());
        Files.delete(git.resolve("refs/heads/main"));
        Files.writeString(git.resolve("packed-refs"), "# pack-refs\nfedcba9876543210 refs/heads/main\n");
        assertEquals("fedcba9876", bash(Map.of(), commands).text());
        Path tree = Files.createDirectory(home.resolve("tree"));
        Path worktree = Files.createDirectories(git.resolve("worktrees/tree"));
        Files.writeString(worktree.resolve("HEAD"), "aaaabbbbccccdddd\n");
        Files.writeString(tree.resolve(".git"), "gitdir: " + worktree + "\n");
        assertEquals("aaaabbbbcc", bash(Map.of(), commands.replace("home=" + home, "home=" + tree)).text());
    }

    @Test
    void scriptsForWindowsHaveItsLineEndsAndEveryScriptATwin() throws IOException {
        for (String name : List.of("posthorse", "mqnamesrv", "mqbroker", "mqadmin", "mqshutdown", "find-jdk", "tools")) {
            String text = Files.readString(BIN.resolve(name + ".cmd"));
            assertTrue(text.startsWith("@echo off\r\n"), name);
            assertEquals(text, text.replace("\r\n", "\n").replace("\n", "\r\n"), name);
        }
    }
}
