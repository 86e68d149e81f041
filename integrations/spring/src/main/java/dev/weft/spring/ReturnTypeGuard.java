package dev.weft.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A bean that lets an application context not start where a method that Spring calls returns a type of Weft that Spring
 * would take for data, or would refuse at each call. It looks at handlers, exception handlers, repositories, HTTP
 * interfaces, and methods that are scheduled, cached, transactional, retried or listen to events, by the types of the
 * beans, so also at lazy ones.
 *
 * @apiNote {@link EnableWeft} and the starter add it. It is of use alone where types are registered by hand.
 * @since 0.1
 */
public final class ReturnTypeGuard implements SmartInitializingSingleton {
    private static final String WEB = "org.springframework.web.bind.annotation.";
    private static final String CACHE = "org.springframework.cache.annotation.";

    /** The annotations of methods whose result Spring writes to somebody else, by their names: none of them need be there. */
    private static final List<String> HANDLERS = List.of(
            WEB + "RequestMapping",
            WEB + "ExceptionHandler",
            WEB + "ModelAttribute",
            "org.springframework.messaging.handler.annotation.MessageMapping");

    /** The annotations of other methods whose result Spring treats in a special way if it is reactive. */
    private static final List<String> OTHERS = List.of(
            "org.springframework.scheduling.annotation.Scheduled",
            "org.springframework.scheduling.annotation.Schedules",
            "org.springframework.context.event.EventListener",
            CACHE + "Cacheable",
            CACHE + "CachePut",
            CACHE + "CacheEvict",
            CACHE + "Caching",
            "org.springframework.resilience.annotation.Retryable",
            "org.springframework.resilience.annotation.ConcurrencyLimit",
            "org.springframework.security.access.prepost.PreAuthorize",
            "org.springframework.security.access.prepost.PostAuthorize",
            "org.springframework.transaction.annotation.Transactional",
            "org.springframework.web.service.annotation.HttpExchange");

    /** Those of {@link #OTHERS} that a class has for all its methods. */
    private static final List<String> OF_CLASSES = List.of(
            CACHE + "Cacheable",
            "org.springframework.resilience.annotation.Retryable",
            "org.springframework.resilience.annotation.ConcurrencyLimit",
            "org.springframework.security.access.prepost.PreAuthorize",
            "org.springframework.transaction.annotation.Transactional");

    /** Those that need a publisher itself. */
    private static final List<String> FILTERS = List.of(
            "org.springframework.security.access.prepost.PostFilter",
            "org.springframework.security.access.prepost.PreFilter");

    private static final String REPOSITORY = "org.springframework.data.repository.Repository";
    private static final String ENTITY = "org.springframework.http.HttpEntity";

    private final ListableBeanFactory beans;

    /**
     * Makes a guard.
     *
     * @param beans whose types it looks at
     */
    public ReturnTypeGuard(ListableBeanFactory beans) {
        this.beans = Objects.requireNonNull(beans, "beans");
    }

    /**
     * Looks, when all beans are there that are not lazy.
     *
     * @throws UnknownReturnTypeException if it finds something
     */
    @Override
    public void afterSingletonsInstantiated() {
        Map<Method, String> findings = new LinkedHashMap<>();
        for (String name : beans.getBeanDefinitionNames()) {
            Class<?> type = beans.getType(name, false);
            if (type != null) look(ClassUtils.getUserClass(type), findings);
        }
        if (!findings.isEmpty()) throw new UnknownReturnTypeException(List.copyOf(findings.values()));
    }

    /**
     * {@return what is wrong with the methods of a repository, for which there is no bean if Spring knows none of its
     * types}
     *
     * @param repository an interface
     */
    public static List<String> findings(Class<?> repository) {
        Objects.requireNonNull(repository, "repository");
        Map<Method, String> findings = new LinkedHashMap<>();
        if (!isRepository(repository)) return List.of();
        var shared = List.of(ReactiveAdapterRegistry.getSharedInstance());
        for (Method method : repository.getMethods())
            check(repository, method, "a repository", false, shared, findings);
        return List.copyOf(findings.values());
    }

    private void look(Class<?> type, Map<Method, String> findings) {
        if (type.getName().startsWith("org.springframework.")) return;
        List<ReactiveAdapterRegistry> shared = List.of(ReactiveAdapterRegistry.getSharedInstance());
        boolean repository = isRepository(type);
        String ofClass = first(OF_CLASSES, MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
        Method[] methods = type.isInterface() ? type.getMethods() : ReflectionUtils.getUniqueDeclaredMethods(type);
        for (Method method : methods) {
            if (method.isSynthetic() || !mentionsWeft(method, type)) continue;
            var annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
            String handler = first(HANDLERS, annotations);
            String other = repository ? "a repository" : first(OTHERS, annotations);
            if (other == null && Modifier.isPublic(method.getModifiers())) other = ofClass;
            String filter = first(FILTERS, annotations);
            if (filter != null)
                findings.put(
                        method,
                        place(type, method, filter)
                                + ". Spring Security filters a publisher only: return a Flux or a Mono");
            if (handler != null) check(type, method, handler, true, ofTheWeb(shared), findings);
            else if (other != null) check(type, method, other, false, shared, findings);
        }
    }

    /** WebFlux has a registry of its own. */
    private List<ReactiveAdapterRegistry> ofTheWeb(List<ReactiveAdapterRegistry> shared) {
        List<ReactiveAdapterRegistry> own =
                beans.getBeanProvider(ReactiveAdapterRegistry.class).stream().toList();
        return own.isEmpty() ? shared : own;
    }

    private static void check(
            Class<?> type,
            Method method,
            String kind,
            boolean written,
            List<ReactiveAdapterRegistry> registries,
            Map<Method, String> findings) {
        ResolvableType result = ResolvableType.forMethodReturnType(method, type);
        String place = place(type, method, kind);
        for (Class<?> top : tops(result))
            if (registries.stream().noneMatch(registry -> ReactiveTypes.knows(registry, top)))
                findings.putIfAbsent(method, place + ". Spring would take that for data: " + remedy(top));
        if (written && tops(result).isEmpty() && nested(result))
            findings.putIfAbsent(
                    method, place + ". Spring would take what is inside for data: return it as it is, or await it");
    }

    private static String place(Class<?> type, Method method, String kind) {
        return method.getDeclaringClass().getName() + '.' + method.getName() + " (" + kind + ") returns "
                + ResolvableType.forMethodReturnType(method, type);
    }

    private static String remedy(Class<?> type) {
        boolean adaptable = Stream.of("Coroutine", "Deferred", "AsyncStream")
                .anyMatch(name -> type.getName().equals("dev.weft." + name));
        return adaptable
                ? "no ReactiveAdapterRegistry knows " + type.getName()
                        + "; let weft-spring-boot-starter register it (weft.spring.enabled=true), or @EnableWeft,"
                        + " or return a Mono or Flux"
                : "there is no adapter for " + type.getName()
                        + "; return a Coroutine, an AsyncStream, a Mono or a Flux";
    }

    /** {@return the types of Weft that a registry is asked about: the result itself, and the body of an entity} */
    private static List<Class<?>> tops(ResolvableType result) {
        List<Class<?>> found = new ArrayList<>();
        Class<?> raw = result.resolve();
        if (ReactiveTypes.isWeft(raw)) found.add(raw);
        for (ResolvableType inside : Stream.of(result, result.getGeneric(0)).toList()) {
            Class<?> body = isEntity(inside.resolve()) ? inside.getGeneric(0).resolve() : null;
            if (ReactiveTypes.isWeft(body)) found.add(body);
        }
        return found;
    }

    /** Asked before annotations are looked for, which takes longer. */
    private static boolean mentionsWeft(Method method, Class<?> type) {
        if (method.getGenericReturnType() instanceof Class<?> result) return ReactiveTypes.isWeft(result);
        ResolvableType result = ResolvableType.forMethodReturnType(method, type);
        return ReactiveTypes.isWeft(result.resolve()) || nested(result);
    }

    private static boolean nested(ResolvableType type) {
        return Stream.of(type.getGenerics())
                .anyMatch(inside -> ReactiveTypes.isWeft(inside.resolve()) || nested(inside));
    }

    private static boolean isEntity(@Nullable Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass())
            if (c.getName().equals(ENTITY)) return true;
        return false;
    }

    private static boolean isRepository(Class<?> type) {
        return type.getName().equals(REPOSITORY)
                || Stream.of(type.getInterfaces()).anyMatch(ReturnTypeGuard::isRepository);
    }

    private static @Nullable String first(List<String> names, MergedAnnotations annotations) {
        return names.stream()
                .filter(annotations::isPresent)
                .map(name -> '@' + name.substring(name.lastIndexOf('.') + 1))
                .findFirst()
                .orElse(null);
    }
}
