"""Helpers of tests: small counties, toy rules, databases of their own.

Imported as `tests.support`; holds no test.
"""
