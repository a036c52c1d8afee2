//! What the compiler says where a macro is misused.

#[test]
fn errors_point_at_the_mistake() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
