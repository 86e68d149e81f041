package dev.weft.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** How the engine comes to its host, also in a copy of the library. */
class HostTest {
    @Test
    void aSecondHostIsRefused() {
        Host host = Host.get();
        assertThatThrownBy(() -> Host.install(host))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine has its host already");
    }

    @Test
    void aCopyInAnotherPackageFindsItsOwnHost() throws Exception {
        Object host = hostOf(new Copy("moved", ""));
        assertThat(host.getClass().getName()).isEqualTo("moved.weft.EngineHost");
    }

    @Test
    void aCopyWithoutItsHostSaysWhatIsMissing() {
        assertThatThrownBy(() -> hostOf(new Copy("dev", "dev.weft.EngineHost")))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .isInstanceOf(ExceptionInInitializerError.class)
                .cause()
                .hasMessageContaining("looked for the class EngineHost")
                .hasMessageContaining("keep all of its classes");
    }

    private static Object hostOf(Copy copy) throws Exception {
        return copy.loadClass(copy.root + ".weft.spi.Host").getMethod("get").invoke(null);
    }

    /** Loads the library again under another root package, in class names and in strings, as shading moves it. */
    private static final class Copy extends ClassLoader {
        private final String root;
        private final String left;

        Copy(String root, String left) {
            super(HostTest.class.getClassLoader());
            this.root = root;
            this.left = left;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith(root + ".weft.")) return super.loadClass(name, resolve);
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            String original = "dev" + name.substring(root.length());
            if (original.equals(left)) throw new ClassNotFoundException(name);
            try (InputStream in = getParent().getResourceAsStream(original.replace('.', '/') + ".class")) {
                if (in == null) throw new ClassNotFoundException(name);
                byte[] moved = moved(new ClassReader(in));
                return defineClass(name, moved, 0, moved.length);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        private byte[] moved(ClassReader original) {
            var writer = new ClassWriter(0);
            original.accept(
                    new ClassRemapper(writer, new Remapper(Opcodes.ASM9) {
                        @Override
                        public String map(String internalName) {
                            return internalName.startsWith("dev/weft/")
                                    ? root + internalName.substring(3)
                                    : internalName;
                        }

                        @Override
                        public Object mapValue(Object value) {
                            return value instanceof String text && text.startsWith("dev.weft.")
                                    ? root + text.substring(3)
                                    : super.mapValue(value);
                        }
                    }),
                    0);
            return writer.toByteArray();
        }
    }
}
