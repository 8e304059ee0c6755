using System.Globalization;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>Something that has a value.</summary>
internal abstract record LiquidExpression
{
    /// <summary>The prompt's variable that the value comes from; null where it comes from none.</summary>
    public virtual string? Variable => null;

    public abstract object? Evaluate(LiquidRun run);
}

internal sealed record LiquidLiteral(object? Value) : LiquidExpression
{
    public override object? Evaluate(LiquidRun run) => Value;
}

/// <summary>`(1..n)`</summary>
internal sealed record LiquidRange(LiquidExpression First, LiquidExpression Last) : LiquidExpression
{
    private const int Longest = 100_000;

    public override object? Evaluate(LiquidRun run)
    {
        var (first, last) = (LiquidValue.ToNumber(First.Evaluate(run)), LiquidValue.ToNumber(Last.Evaluate(run)));
        return last - first < Longest
            ? Enumerable.Range(0, (int)Math.Max(0, last - first + 1)).Select(step => (object?)(long)(first + step)).ToList()
            : throw run.Failure($"a range has more than {Longest:N0} numbers");
    }
}

/// <summary>`name.member[index]`</summary>
internal sealed record LiquidPath(string Name, IReadOnlyList<LiquidExpression> Members) : LiquidExpression
{
    public override string? Variable => Name;

    public override object? Evaluate(LiquidRun run)
    {
        var value = run.Variables.GetValueOrDefault(Name);
        foreach (var member in Members)
        {
            value = LiquidValue.Member(value, member.Evaluate(run));
        }

        return value;
    }
}

/// <summary>`value | filter: argument`</summary>
internal sealed record LiquidFiltered(LiquidExpression Input, string Filter, Func<LiquidRun, object?, object?[], object?> Body, IReadOnlyList<LiquidExpression> Arguments)
    : LiquidExpression
{
    // What a filter's argument adds is not what the variable's author vouched for.
    public override string? Variable => Arguments.All(argument => argument is LiquidLiteral) ? Input.Variable : null;

    public override object? Evaluate(LiquidRun run) => Body(run, Input.Evaluate(run), [.. Arguments.Select(argument => argument.Evaluate(run))]);
}

/// <summary>How Liquid looks at values.</summary>
internal static class LiquidValue
{
    /// <summary>What `empty` and `blank` are compared as.</summary>
    public static readonly object Empty = new();

    public static bool IsTrue(object? value) => value is not (null or false);

    public static string ToText(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        null => "",
        string text => text,
        System.Collections.IEnumerable => string.Concat(ToItems(value).Select(ToText)),
        _ when ReferenceEquals(value, Empty) => "",
        _ => PromptValue.ToText(value),
    };

    public static IReadOnlyList<object?> ToItems(object? value) => value switch
    {
        null => [],
        string text => text.Length == 0 ? [] : [text],
        IReadOnlyList<object?> list => list,
        { } map when PromptValue.AsPairs(map) is { } pairs => [.. pairs.Select(pair => new List<object?> { pair.Key, pair.Value })],
        System.Collections.IEnumerable items => [.. items.Cast<object?>()],
        _ => [value],
    };

    public static decimal ToNumber(object? value) =>
        decimal.TryParse(PromptValue.ToText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static object? Member(object? value, object? key)
    {
        value = PromptValue.Unwrap(value);
        if (value is null)
        {
            return null;
        }

        var name = PromptValue.ToText(key);
        if (value is not string && PromptValue.AsPairs(value) is { } pairs)
        {
            foreach (var (candidate, item) in pairs)
            {
                if (candidate == name)
                {
                    return PromptValue.Unwrap(item);
                }
            }

            return name == "size" ? pairs.Count() : null;
        }

        if (value is string text)
        {
            return name == "size" ? text.Length : null;
        }

        var items = ToItems(value);
        return name switch
        {
            "size" => items.Count,
            "first" => items.Count > 0 ? PromptValue.Unwrap(items[0]) : null,
            "last" => items.Count > 0 ? PromptValue.Unwrap(items[^1]) : null,
            _ when int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) =>
                (index < 0 ? items.Count + index : index) is var at && at >= 0 && at < items.Count ? PromptValue.Unwrap(items[at]) : null,
            _ => null,
        };
    }

    public static bool AreEqual(object? left, object? right)
    {
        if (ReferenceEquals(left, Empty) || ReferenceEquals(right, Empty))
        {
            var other = ReferenceEquals(left, Empty) ? right : left;
            return other is not null && ToItems(other).Count == 0;
        }

        return left is null || right is null ? left is null && right is null
            : left is bool || right is bool ? Equals(left, right)
            : IsNumber(left) && IsNumber(right) ? ToNumber(left) == ToNumber(right)
            : IsNumber(left) == IsNumber(right) && ToText(left) == ToText(right);
    }

    public static int? Compare(object? left, object? right) =>
        left is null || right is null ? null
        : IsNumber(left) && IsNumber(right) ? ToNumber(left).CompareTo(ToNumber(right))
        : string.CompareOrdinal(ToText(left), ToText(right));

    public static bool Contains(object? whole, object? part) => whole is string text
        ? part is not null && text.Contains(ToText(part), StringComparison.Ordinal)
        : ToItems(whole).Any(item => AreEqual(PromptValue.Unwrap(item), part));

    private static bool IsNumber(object value) => value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal;
}
