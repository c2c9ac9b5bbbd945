package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Keys and certificates from the JDK's keytool, as PEM files. */
final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private final Path directory;

    Certificates(Path directory) {
        this.directory = directory;
    }

    /** Creates an authority. */
    Certificates authority(String name) throws Exception {
        return make(name, name, "-ext", "bc:c");
    }

    /** Creates a key with a certificate of an authority: files FILE.pem and FILE.key. */
    Certificates issue(String file, String commonName, String authority) throws Exception {
        Path store = directory.resolve(file + ".p12");
        Files.copy(directory.resolve(authority + ".p12"), store);
        run(store, "-changealias", "-alias", "own", "-destalias", "issuer");
        return make(file, commonName, "-signer", "issuer");
    }

    private Certificates make(String file, String commonName, String... options) throws Exception {
        Path store = directory.resolve(file + ".p12");
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", "own", "-keyalg", "EC", "-groupname",
                "secp256r1", "-dname", "CN=" + commonName, "-ext", "san=ip:127.0.0.1"));
        arguments.addAll(List.of(options));
        run(store, arguments.toArray(String[]::new));
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        write(file + ".pem", "CERTIFICATE", keys.getCertificate("own").getEncoded());
        write(file + ".key", "PRIVATE KEY", keys.getKey("own", PASSWORD).getEncoded());
        return this;
    }

    private void run(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.add("-J-XX:TieredStopAtLevel=1");
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile()).start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed");
    }

    private void write(String file, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    /** Returns the files of who has a certificate and trusts an authority. */
    RatisTls tls(String file, String authority) {
        return new RatisTls(path(file + ".pem"), path(file + ".key"), path(authority + ".pem"));
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }
}
