package dev.weft.examples.shop;

import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.mono;

import java.util.Objects;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** Who may do what; the rest of it stands on the methods, as {@code @PreAuthorize}. */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
@EnableReactiveMethodSecurity
class Security {
    /**
     * People sign in with a form and programs with each request. A browser sends the cookie of its session by itself, also
     * with a request that another site makes; so one that changes something has to repeat, in the header
     * {@code X-XSRF-TOKEN}, the cookie {@code XSRF-TOKEN}, which only the pages of this site can read.
     */
    @Bean
    SecurityWebFilterChain rules(ServerHttpSecurity http) {
        return http.authorizeExchange(paths -> paths.pathMatchers("/actuator/health")
                        .permitAll()
                        .pathMatchers("/actuator/**", "/desk")
                        .hasRole("CLERK")
                        .anyExchange()
                        .authenticated())
                .formLogin(Customizer.withDefaults())
                .httpBasic(Customizer.withDefaults())
                .csrf(csrf -> csrf.csrfTokenRepository(CookieServerCsrfTokenRepository.withHttpOnlyFalse())
                        .csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler()))
                .build();
    }

    /** Sets that cookie: Spring Security makes the token, but only for those who ask. */
    @Bean
    WebFilter csrfCookie() {
        return (exchange, chain) -> mono(() -> {
            Mono<CsrfToken> token = exchange.getAttributeOrDefault(CsrfToken.class.getName(), Mono.empty());
            awaitDone(token);
            awaitDone(chain.filter(exchange));
        });
    }

    /** Quick, since everybody may know these passwords, and programs send one with each request. */
    @Bean
    PasswordEncoder passwords() {
        return new BCryptPasswordEncoder(4);
    }

    @Bean
    MapReactiveUserDetailsService users(PasswordEncoder passwords) {
        return new MapReactiveUserDetailsService(
                user("ann", "CUSTOMER", passwords),
                user("bob", "CUSTOMER", passwords),
                user("clerk", "CLERK", passwords));
    }

    private static UserDetails user(String name, String role, PasswordEncoder passwords) {
        String password = Objects.requireNonNull(passwords.encode(name));
        return User.withUsername(name).password(password).roles(role).build();
    }
}
