package io.posthorse.embedded;

import io.posthorse.embedded.seam.ServerStarter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The class loader of the server: the jars inside this jar, with only the JDK above them. The server does not see classes
 * of an application, nor an application those of the server; both sides share only the two interfaces of the package seam.
 */
final class ServerClasses extends URLClassLoader {
    static final String INDEX = "META-INF/posthorse/jars";
    private static final String FAR_SIDE = "io.posthorse.embedded.inside.";
    private static final ClassLoader NEAR_SIDE = ServerClasses.class.getClassLoader();
    private static ServerClasses loaded;

    static {
        registerAsParallelCapable();
    }

    private ServerStarter starter;

    private ServerClasses(URL[] jars) {
        super(jars, new Seam(ClassLoader.getSystemClassLoader().getParent()));
    }

    /** Returns the class loader of this JVM: the first broker unpacks and loads it, all brokers share it. */
    static synchronized ServerClasses load() throws IOException {
        if (loaded == null) {
            ServerClasses classes = new ServerClasses(unpack(Workspace.of(false).libraries()));
            try {
                classes.starter = (ServerStarter)
                        classes.loadClass(FAR_SIDE + "Starter").getDeclaredConstructor().newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IOException("the server inside posthorse-embedded does not match it. Is there a second"
                        + " posthorse-embedded of another version on the class path? Remove it.", e);
            }
            loaded = classes;
        }
        return loaded;
    }

    ServerStarter starter() {
        return starter;
    }

    private static URL[] unpack(Path target) throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String jar : text(INDEX).trim().split(":")) {
            Path unpacked = target.resolve(jar.substring(jar.lastIndexOf('/') + 1));
            try (InputStream in = resource(jar)) {
                Files.copy(in, unpacked);
            }
            jars.add(unpacked.toUri().toURL());
        }
        return jars.toArray(new URL[0]);
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = NEAR_SIDE.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("the server is missing in posthorse-embedded (" + name + "). Use the jar as it was"
                    + " released; in a checkout the jar of module embedded contains it after packaging: mvn -pl embedded -am"
                    + " package");
        }
        return in;
    }

    private static String text(String name) throws IOException {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (InputStream in = resource(name)) {
            byte[] part = new byte[8192];
            for (int n = in.read(part); n >= 0; n = in.read(part)) {
                all.write(part, 0, n);
            }
        }
        return all.toByteArray();
    }

    /** Defines classes of the far side, which are in this jar but belong to this class loader. */
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!name.startsWith(FAR_SIDE)) {
            return super.findClass(name);
        }
        try {
            byte[] code = bytes(name.replace('.', '/') + ".class");
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** The parent class loader: the JDK, and the seam as loaded on the application's side. */
    private static final class Seam extends ClassLoader {
        Seam(ClassLoader platform) {
            super(platform);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("io.posthorse.embedded.seam.")) {
                return NEAR_SIDE.loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }
}
