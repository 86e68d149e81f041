package dev.weft.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * On a configuration class: makes the types of Weft known to Spring, as {@link ReactiveTypes} says, also in registries
 * that are beans, and adds a {@link ReturnTypeGuard}. Where Spring's transactions are there, it adds
 * {@link WeftTransactions}, and lets {@code @Transactional} stand on plain methods that await. Where Spring Security's
 * reactive method security is enabled, it lets {@code @PreAuthorize} and {@code @PostAuthorize} stand on these and on
 * methods that return a type of Weft.
 *
 * @apiNote The starter for Spring Boot does the same, earlier.
 * @since 0.1
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Import(WeftRegistrar.class)
public @interface EnableWeft {}
