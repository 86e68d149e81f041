package dev.weft.surface;

import java.io.IOException;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public surface of a module, one line for each type and each member. {@code public} and the packages of mentioned
 * types are left out. What a type inherits from a type that others cannot see is listed as its own.
 */
final class Surface {
    private static final Pattern EXPORT = Pattern.compile("exports ([\\w.]+);");
    private static final Pattern FOLDER = Pattern.compile("\\b([a-z]\\w*\\.)+(?=[A-Z])");
    private static final int SHOWN = Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;
    private static final Comparator<Member> ORDER =
            Comparator.comparing((Member member) -> kind(member)).thenComparing(Member::getName);

    private Surface() {}

    /** {@return the lines of all types in the packages that a module exports to everybody, or in all if none says} */
    static List<String> of(Path module) throws IOException {
        Path declaration = module.resolve("src/main/java-module/module-info.java");
        Path classes = module.resolve("target/classes");
        Set<String> exported = !Files.exists(declaration)
                ? Set.of()
                : EXPORT.matcher(Files.readString(declaration))
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .map(file -> file.replaceAll("[/\\\\]", ".").replaceFirst("\\.class$", ""))
                    .map(Surface::load)
                    .filter(type -> exported.isEmpty() || exported.contains(type.getPackageName()))
                    .sorted(Comparator.comparing(Class::getTypeName))
                    .flatMap(Surface::of)
                    .toList();
        }
    }

    /** {@return the lines of one type, none if others cannot see it} */
    static Stream<String> of(Class<?> type) {
        if (!isSeen(type)) return Stream.of();
        Stream<String> members = members(type)
                .filter(member -> isSeen(type, member.getModifiers()))
                .sorted(ORDER.thenComparing(Surface::line))
                .map(Surface::line)
                .distinct();
        return Stream.concat(Stream.of(header(type)), members).map(line -> name(type) + ": " + line);
    }

    // --- what others see

    private static boolean isSeen(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        if (type.isAnonymousClass() || type.isLocalClass()) return false;
        return outer == null
                ? Modifier.isPublic(type.getModifiers())
                : isSeen(outer) && isSeen(outer, type.getModifiers());
    }

    private static boolean isSeen(Class<?> in, int modifiers) {
        boolean hasHeirs = !Modifier.isFinal(in.getModifiers()) && !in.isSealed();
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers) && hasHeirs;
    }

    private static Stream<Member> members(Class<?> type) {
        List<Member> own = Stream.<Member[]>of(
                        type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
                .flatMap(Arrays::stream)
                .filter(member -> !member.isSynthetic() && !isKnown(member))
                .toList();
        Stream<Member> inherited = Stream.concat(
                        Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()))
                .filter(parent -> !isSeen(parent))
                .flatMap(Surface::members)
                .filter(member ->
                        !(member instanceof Constructor) && own.stream().noneMatch(at -> overrides(at, member)));
        return Stream.concat(own.stream(), inherited);
    }

    private static boolean overrides(Member own, Member inherited) {
        return own instanceof Method mine
                && inherited instanceof Method other
                && mine.getName().equals(other.getName())
                && Arrays.equals(mine.getParameterTypes(), other.getParameterTypes());
    }

    /** Whether every object has this method. */
    private static boolean isKnown(Member member) {
        return Arrays.stream(Object.class.getMethods()).anyMatch(known -> overrides(known, member));
    }

    // --- how a line is written

    private static String header(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        Class<?> parent = type.getSuperclass();
        boolean isPlain = parent == null || parent == Object.class || parent == Enum.class || parent == Record.class;
        Stream<Class<?>> heirs = type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()) : Stream.of();
        return tags(type)
                + modifiers(type.getModifiers() & ~(type.isInterface() ? Modifier.ABSTRACT | Modifier.STATIC : 0))
                + (type.isSealed() ? "sealed " : "")
                + kind
                + parameters(type.getTypeParameters())
                + (isPlain || !isSeen(parent) ? "" : " extends " + text(type.getAnnotatedSuperclass()))
                + list(
                        type.isInterface() ? " extends " : " implements ",
                        ", ",
                        Arrays.stream(type.getAnnotatedInterfaces()).map(Surface::text))
                + list(" permits ", ", ", heirs.filter(Surface::isSeen).map(heir -> plain(heir.getTypeName())));
    }

    private static String line(Member member) {
        return switch (member) {
            case Field field ->
                modifiers(field.getModifiers()) + text(field.getAnnotatedType()) + " " + field.getName();
            case Constructor<?> made -> executable(made, "new");
            case Method method -> executable(method, text(method.getAnnotatedReturnType()) + " " + method.getName());
            default -> throw new IllegalStateException("a member of an unknown kind: " + member);
        };
    }

    private static String executable(Executable what, String named) {
        String arguments =
                list("", ", ", Arrays.stream(what.getAnnotatedParameterTypes()).map(Surface::text));
        TypeVariable<?>[] parameters = what.getTypeParameters();
        return tags(what)
                + modifiers(what.getModifiers())
                + (parameters.length == 0 ? "" : parameters(parameters) + " ")
                + named
                + "("
                + (what.isVarArgs() ? arguments.replaceFirst("\\[]$", "...") : arguments)
                + ")"
                + list(
                        " throws ",
                        ", ",
                        Arrays.stream(what.getAnnotatedExceptionTypes()).map(Surface::text));
    }

    private static String tags(AnnotatedElement element) {
        return (element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "")
                + (element.isAnnotationPresent(FunctionalInterface.class) ? "@FunctionalInterface " : "");
    }

    private static String modifiers(int modifiers) {
        String shown = Modifier.toString(modifiers & SHOWN);
        return shown.isEmpty() ? "" : shown + " ";
    }

    private static String parameters(TypeVariable<?>[] parameters) {
        String all = list("<", ", ", Arrays.stream(parameters).map(Surface::parameter));
        return all.isEmpty() ? "" : all + ">";
    }

    private static String parameter(TypeVariable<?> parameter) {
        Stream<String> bounds = Arrays.stream(parameter.getAnnotatedBounds()).map(Surface::text);
        return parameter.getName() + list(" extends ", " & ", bounds.filter(bound -> !bound.equals("Object")));
    }

    private static String text(AnnotatedType type) {
        boolean isNullable = Arrays.stream(type.getAnnotations())
                .anyMatch(a -> a.annotationType().getSimpleName().equals("Nullable"));
        return (isNullable ? "@Nullable " : "")
                + switch (type) {
                    case AnnotatedArrayType array -> text(array.getAnnotatedGenericComponentType()) + "[]";
                    case AnnotatedParameterizedType generic ->
                        plain(((ParameterizedType) generic.getType())
                                        .getRawType()
                                        .getTypeName())
                                + list(
                                        "<",
                                        ", ",
                                        Arrays.stream(generic.getAnnotatedActualTypeArguments())
                                                .map(Surface::text))
                                + ">";
                    case AnnotatedWildcardType any -> "?" + bounds(any);
                    default -> plain(type.getType().getTypeName());
                };
    }

    private static String bounds(AnnotatedWildcardType any) {
        AnnotatedType[] lower = any.getAnnotatedLowerBounds();
        if (lower.length > 0) return " super " + text(lower[0]);
        String upper = text(any.getAnnotatedUpperBounds()[0]);
        return upper.equals("Object") ? "" : " extends " + upper;
    }

    private static String list(String before, String between, Stream<String> parts) {
        String all = parts.collect(Collectors.joining(between));
        return all.isEmpty() ? "" : before + all;
    }

    private static String name(Class<?> type) {
        return type.getTypeName().replace('$', '.');
    }

    private static String plain(String name) {
        return FOLDER.matcher(name).replaceAll("").replace('$', '.');
    }

    private static int kind(Member member) {
        return member instanceof Field ? 0 : member instanceof Constructor ? 1 : 2;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Surface.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError missing) {
            throw new IllegalStateException("not a class of this module: " + name, missing);
        }
    }
}
