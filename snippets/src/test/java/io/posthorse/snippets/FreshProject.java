package io.posthorse.snippets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A new Maven project with the dependencies that a page prints, and its program. */
final class FreshProject {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** Plugins in the versions that build the checkout, so that Maven need not download others. */
    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>example</groupId>
              <artifactId>fresh</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>17</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencies>
            %s  </dependencies>
              <build>
                <pluginManagement>
                  <plugins>
                    <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
                    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                    <plugin><artifactId>maven-dependency-plugin</artifactId><version>3.9.0</version></plugin>
                  </plugins>
                </pluginManagement>
              </build>
            </project>
            """;

    private final Workplace workplace;
    private final Path folder;
    private final Snippet program;

    private FreshProject(Workplace workplace, Path folder, Snippet program) {
        this.workplace = workplace;
        this.folder = folder;
        this.program = program;
    }

    /** Creates and compiles the project. */
    static FreshProject build(Workplace workplace, String dependencies, Snippet program)
            throws IOException, InterruptedException {
        Path folder = workplace.folder().resolve("fresh-project");
        Path sources = Files.createDirectories(folder.resolve("src/main/java"));
        Files.writeString(folder.resolve("pom.xml"), POM.formatted(dependencies));
        Files.writeString(sources.resolve(program.className().orElseThrow() + ".java"), program.text());
        workplace.output(List.of("mvn", "-B", "-q", "-f", folder.toString(), "compile", "dependency:build-classpath",
                "-Dmdep.outputFile=" + folder.resolve("classpath"), "-Dmdep.includeScope=runtime"), LIMIT);
        return new FreshProject(workplace, folder, program);
    }

    /** Runs the program and returns its output. */
    String run() throws IOException, InterruptedException {
        String libraries = Files.readString(folder.resolve("classpath")).strip();
        return workplace.output(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", folder.resolve("target/classes") + ":" + libraries, program.fullClassName().orElseThrow()), LIMIT);
    }
}
