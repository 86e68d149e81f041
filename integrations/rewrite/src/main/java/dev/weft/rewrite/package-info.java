/**
 * Recipes for OpenRewrite that move a code base to Weft. They change only what is certain to behave alike for values,
 * empties and unchecked errors; {@link dev.weft.rewrite.FindObstacles} lists what is left for people to decide.
 */
@NullMarked
package dev.weft.rewrite;

import org.jspecify.annotations.NullMarked;
