"""What tests share: small counties, toy rules, databases of their own. Imported as `tests.support`; holds no test."""
