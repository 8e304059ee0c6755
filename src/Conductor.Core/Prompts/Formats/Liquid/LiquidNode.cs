namespace Conductor.Prompts.Formats.Liquid;

/// <summary>A piece of a Liquid template.</summary>
internal abstract record LiquidNode
{
    public abstract void Write(LiquidRun run);
}

internal sealed record LiquidText(string Text) : LiquidNode
{
    public override void Write(LiquidRun run) => run.WriteTemplate(Text);
}

/// <summary>`{{ expression }}`</summary>
internal sealed record LiquidOutput(LiquidExpression Expression) : LiquidNode
{
    public override void Write(LiquidRun run) => run.WriteValue(LiquidValue.ToText(Expression.Evaluate(run)), Expression.Variable);
}

/// <summary>`assign` and `capture`.</summary>
internal sealed record LiquidAssign(string Name, LiquidExpression? Expression, IReadOnlyList<LiquidNode>? Body) : LiquidNode
{
    public override void Write(LiquidRun run) => run.Variables[Name] = Expression is not null ? Expression.Evaluate(run) : run.Capture(Body!);
}

/// <summary>`if`, `unless` and `case`: the first branch whose condition holds.</summary>
internal sealed record LiquidBranches(IReadOnlyList<(Func<LiquidRun, bool> Holds, IReadOnlyList<LiquidNode> Body)> Branches) : LiquidNode
{
    public override void Write(LiquidRun run)
    {
        foreach (var (holds, body) in Branches)
        {
            if (holds(run))
            {
                run.WriteAll(body);
                return;
            }
        }
    }
}

/// <summary>`for`</summary>
internal sealed record LiquidFor(
    string Name, LiquidExpression Items, LiquidExpression? Limit, LiquidExpression? Offset, bool IsReversed,
    IReadOnlyList<LiquidNode> Body, IReadOnlyList<LiquidNode> Otherwise) : LiquidNode
{
    public override void Write(LiquidRun run)
    {
        var items = LiquidValue.ToItems(Items.Evaluate(run));
        if (Offset is not null)
        {
            items = [.. items.Skip((int)LiquidValue.ToNumber(Offset.Evaluate(run)))];
        }

        if (Limit is not null)
        {
            items = [.. items.Take((int)LiquidValue.ToNumber(Limit.Evaluate(run)))];
        }

        if (IsReversed)
        {
            items = [.. items.Reverse()];
        }

        if (items.Count == 0)
        {
            run.WriteAll(Otherwise);
            return;
        }

        run.Variables.TryGetValue(Name, out var outer);
        run.Variables.TryGetValue("forloop", out var outerLoop);
        for (var i = 0; i < items.Count; i++)
        {
            run.CountStep();
            run.Variables[Name] = items[i];
            run.Variables["forloop"] = new Dictionary<string, object?>
            {
                ["index"] = i + 1, ["index0"] = i, ["rindex"] = items.Count - i, ["rindex0"] = items.Count - i - 1,
                ["first"] = i == 0, ["last"] = i == items.Count - 1, ["length"] = items.Count, ["parentloop"] = outerLoop,
            };
            run.WriteAll(Body);
            var jump = run.Jump;
            run.Jump = LiquidJump.None;
            if (jump == LiquidJump.Break)
            {
                break;
            }
        }

        run.Variables[Name] = outer;
        run.Variables["forloop"] = outerLoop;
    }
}

/// <summary>`break` and `continue`</summary>
internal sealed record LiquidLeave(LiquidJump Jump) : LiquidNode
{
    public override void Write(LiquidRun run) => run.Jump = Jump;
}
