package io.posthorse.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Allocates blocks for a range of a file without writing them, through Linux's fallocate, and finds out which were written,
 * through lseek.
 */
final class BlockAllocation {
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY = 1;
    private static final int SEEK_DATA = 3;
    private static final int ENXIO = 6;
    private static final int ENOSPC = 28;
    private static final int EDQUOT = 122;
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle FALLOCATE =
            function("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), ERRNO);
    private static final MethodHandle SEEK =
            function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT), ERRNO);
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private BlockAllocation() {}

    @SuppressWarnings("restricted") // only where it is allowed
    private static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options) {
        boolean linux = System.getProperty("os.name").equals("Linux");
        // Without permission the JVM would warn of the call, and later versions refuse it.
        boolean allowed = BlockAllocation.class.getModule().isNativeAccessEnabled();
        if (!linux || !allowed) {
            return null;
        }
        SymbolLookup libc = Linker.nativeLinker().defaultLookup();
        return libc.find(name).map(s -> Linker.nativeLinker().downcallHandle(s, shape, options)).orElse(null);
    }

    /**
     * Allocates the blocks; written bytes stay.
     *
     * @return false where that is impossible here, and zeros must be written
     * @throws IOException where there is no space
     */
    static boolean reserve(Path file, long from, long length) throws IOException {
        if (OPEN == null || FALLOCATE == null || CLOSE == null) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_WRONLY);
            if (descriptor < 0) {
                return false;
            }
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            int result = (int) FALLOCATE.invokeExact(state, descriptor, 0, from, length);
            int errno = result == 0 ? 0 : (int) ERRNO_VALUE.get(state, 0L);
            int ignored = (int) CLOSE.invokeExact(descriptor);
            if (errno == ENOSPC || errno == EDQUOT) {
                throw new IOException("No space left on device");
            }
            return errno == 0;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }

    /**
     * Returns the first offset at or behind one that was written, as {@link StoredFile#nextData} does: what the file system
     * takes for a hole, including blocks that were only allocated, reads as zeros.
     */
    static long nextData(Path file, long from) {
        if (OPEN == null || SEEK == null || CLOSE == null) {
            return from;
        }
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_RDONLY);
            if (descriptor < 0) {
                return from;
            }
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long found = (long) SEEK.invokeExact(state, descriptor, from, SEEK_DATA);
            int errno = found >= 0 ? 0 : (int) ERRNO_VALUE.get(state, 0L);
            int ignored = (int) CLOSE.invokeExact(descriptor);
            return found >= from ? found : errno == ENXIO ? Long.MAX_VALUE : from;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
