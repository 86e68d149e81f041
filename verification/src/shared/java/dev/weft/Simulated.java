package dev.weft;

import dev.weft.testing.Schedules;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a class of tests only where threads can be simulated. */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(Simulated.Condition.class)
public @interface Simulated {
    /** Asks the simulation whether it can run here. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String missing = Schedules.missing();
            return missing == null
                    ? ConditionEvaluationResult.enabled("simulated")
                    : ConditionEvaluationResult.disabled(missing);
        }
    }
}
