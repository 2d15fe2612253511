"""A policy over the national layer that shares one finance line among departments."""

POLICY = """
[policy]
code = "county"
title = "试点县（虚构）"
level = "county"
extends = ["national"]
illustrative = true
[formulas.month]
outputs = ["reward"]
[names.finance]
bonus = "奖励资金"
[names.funding]
local = "本地"
[pools.bonus_pool]
label = "奖励总量"
add = ["finance[bonus]"]
[pools.dept_pool]
label = "科室奖励"
divides = "bonus_pool"
level = "department"
by = "dept_points"
[figures.dept_points]
label = "科室分值"
level = "department"
unit = "points"
total_of = "points"
[components.reward]
label = "奖励"
class = "variable"
funding = "local"
pool = "dept_pool"
weights = "points"
"""
