package dev.holdfast.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Which package may know which, and what nothing here may do. */
class ArchitectureTest {
  private static final Pattern OWN_TESTS =
      Pattern.compile(".*/(test-classes|it-tests|[^/]*-tests\\.jar).*");
  private static final ImportOption NO_TESTS = (Location location) -> !location.matches(OWN_TESTS);
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(NO_TESTS)
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast");

  @Test
  void everyModuleIsSeen() {
    for (String module : new String[] {"acl", "deadletter", "storage", "broker", "client", "cli"}) {
      assertThat(
              OURS.stream().anyMatch(c -> c.getPackageName().startsWith("dev.holdfast." + module)))
          .as("classes of %s on the class path", module)
          .isTrue();
    }
  }

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("dev.holdfast.(**)").should().beFreeOfCycles());
  }

  @Test
  void modulesPointOneWay() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.holdfast.acl..", "dev.holdfast.deadletter..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.holdfast.storage..",
                "dev.holdfast.broker..",
                "dev.holdfast.client..",
                "dev.holdfast.cli.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.holdfast.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.holdfast.acl..",
                "dev.holdfast.deadletter..",
                "dev.holdfast.broker..",
                "dev.holdfast.client..",
                "dev.holdfast.cli.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.holdfast.broker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.holdfast.client..", "dev.holdfast.cli.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.holdfast.client..")
            .should()
            .dependOnClassesThat(
                own(
                    "not of the client",
                    c -> !c.getPackageName().startsWith("dev.holdfast.client"))));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.holdfast.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.holdfast.broker..",
                "dev.holdfast.storage..",
                "dev.holdfast.acl..",
                "dev.holdfast.deadletter.."));
  }

  @Test
  void theInnerModulesKnowNoNetwork() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.holdfast.storage..",
                "dev.holdfast.acl..",
                "dev.holdfast.deadletter..",
                "dev.holdfast.broker.domain..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..", "org.apache.qpid.."));
  }

  @Test
  void onePackageKnowsRocksDb() {
    check(
        noClasses()
            .that(
                own(
                    "outside one package of storage",
                    c -> !c.getPackageName().equals("dev.holdfast.storage.rocks")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.rocksdb.."));
  }

  @Test
  void onlyTheEdgeKnowsProton() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.holdfast.broker.amqp..", "dev.holdfast.client..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.qpid.."));
  }

  @Test
  void onlySelectorsKnowTheParserGenerator() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.holdfast.broker.selector..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.antlr.."));
  }

  /** The one that looks classes up does so by two names written in it: the JDK's for signals. */
  @Test
  void nothingFromTheWireBecomesAClass() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.holdfast.broker.Hangup")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.io\\.ObjectInputStream|javax\\.naming\\..*|javax\\.script\\..*"
                    + "|java\\.beans\\.XMLDecoder|sun\\.misc\\.Unsafe")
            .orShould()
            .callMethod(Class.class, "forName", String.class)
            .orShould()
            .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class)
            .orShould()
            .callMethod(ClassLoader.class, "loadClass", String.class));
  }

  @Test
  void composition() {
    check(
        classes()
            .should(
                new ArchCondition<>("extend no class of ours") {
                  @Override
                  public void check(JavaClass type, ConditionEvents events) {
                    JavaClass parent = type.getRawSuperclass().orElse(null);
                    boolean bad =
                        parent != null
                            && parent.getPackageName().startsWith("dev.holdfast")
                            && !parent.isAssignableTo(Throwable.class)
                            && !type.isAnonymousClass()
                            && !type.isEnum();
                    boolean enumBody = parent != null && parent.isEnum();
                    if (bad && !enumBody) {
                      events.add(
                          SimpleConditionEvent.violated(
                              type, type.getName() + " extends " + parent.getName()));
                    }
                  }
                }));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(OURS);
  }

  private static DescribedPredicate<JavaClass> own(
      String description, java.util.function.Predicate<JavaClass> test) {
    return DescribedPredicate.describe(
        description, c -> c.getPackageName().startsWith("dev.holdfast") && test.test(c));
  }
}
