using System.Globalization;

namespace Conductor.Prompts.Formats;

/// <summary>`Math-…`: the helpers that Semantic Kernel takes from Handlebars.Net.Helpers. Whole numbers stay whole.</summary>
internal static class HandlebarsMathHelpers
{
    public static IEnumerable<HandlebarsHelper> All { get; } =
    [
        One("Abs", Math.Abs, Math.Abs),
        Two("Add", (a, b) => a + b, (a, b) => a + b),
        Two("Avg", (a, b) => (a + b) / 2),
        One("Ceiling", Math.Ceiling),
        Two("Divide", (a, b) => a / b),
        Compare("Equal", order => order == 0),
        One("Floor", Math.Floor),
        Compare("GreaterThan", order => order > 0),
        Compare("GreaterThanEqual", order => order >= 0),
        Compare("LessThan", order => order < 0),
        Compare("LessThanEqual", order => order <= 0),
        Two("Max", Math.Max, Math.Max),
        Two("Min", Math.Min, Math.Min),
        Two("Minus", (a, b) => a - b, (a, b) => a - b),
        Two("Modulo", (a, b) => a % b, (a, b) => b == 0 ? throw Wrong("Modulo", "cannot divide by zero") : a % b),
        Two("Multiply", (a, b) => a * b, (a, b) => a * b),
        Compare("NotEqual", order => order != 0),
        Two("Plus", (a, b) => a + b, (a, b) => a + b),
        Two("Power", Math.Pow),
        One("Round", Math.Round),
        One("Sign", number => Math.Sign(number), number => Math.Sign(number)),
        One("Sqrt", Math.Sqrt),
        Two("Subtract", (a, b) => a - b, (a, b) => a - b),
        Two("Times", (a, b) => a * b, (a, b) => a * b),
    ];

    private static HandlebarsHelper One(string name, Func<double, double> real, Func<long, long>? whole = null) => new($"Math-{name}", 1, 1, values =>
        whole is not null && Whole(values[0]) is { } number ? whole(number) : real(Real(name, values[0])));

    private static HandlebarsHelper Two(string name, Func<double, double, double> real, Func<long, long, long>? whole = null) => new($"Math-{name}", 2, 2, values =>
        whole is not null && Whole(values[0]) is { } left && Whole(values[1]) is { } right
            ? whole(left, right)
            : real(Real(name, values[0]), Real(name, values[1])));

    private static HandlebarsHelper Compare(string name, Func<int, bool> holds) => new($"Math-{name}", 2, 2, values =>
        holds(Whole(values[0]) is { } left && Whole(values[1]) is { } right ? left.CompareTo(right) : Real(name, values[0]).CompareTo(Real(name, values[1]))));

    private static long? Whole(object? value) =>
        long.TryParse(PromptValue.ToText(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double Real(string name, object? value) =>
        double.TryParse(PromptValue.ToText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, "needs numbers");

    private static PromptRenderException Wrong(string name, string what) => new($"The helper 'Math-{name}' {what}.", "NotSupportedException");
}
