using System.Globalization;
using System.Text.RegularExpressions;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>Reads the inside of a tag or an output.</summary>
/// <param name="text">What to read.</param>
/// <param name="functions">Functions that stand beside the filters.</param>
/// <param name="mistake">Makes an exception of a sentence.</param>
internal sealed partial class LiquidReader(string text, PromptFunctions functions, Func<string, PromptFormatException> mistake)
{
    private const int MaxDepth = 64;

    private int _at;
    private int _depth;

    public bool IsAtEnd
    {
        get
        {
            SkipBlanks();
            return _at >= text.Length;
        }
    }

    public LiquidExpression WholeExpression() => Ended(Expression());

    public Func<LiquidRun, bool> WholeCondition() => Ended(Condition());

    public IReadOnlyList<LiquidExpression> WholeList()
    {
        var values = new List<LiquidExpression> { Value() };
        while (TryTake(",") || TryTakeWord("or"))
        {
            values.Add(Value());
        }

        return Ended(values);
    }

    public string Name()
    {
        SkipBlanks();
        var name = NamePattern().Match(text, _at);
        if (!name.Success)
        {
            throw mistake($"a name is expected in '{text}'");
        }

        _at += name.Length;
        return name.Value;
    }

    public void Expect(string sign)
    {
        if (!(char.IsLetter(sign[0]) ? TryTakeWord(sign) : TryTake(sign)))
        {
            throw mistake($"'{sign}' is expected in '{text}'");
        }
    }

    /// <summary>A value and its filters.</summary>
    public LiquidExpression Expression()
    {
        var expression = Value();
        while (TryTake("|"))
        {
            var name = Name();
            var filter = LiquidFilters.Find(name, functions)
                ?? throw mistake($"it uses the filter '{name}', and {functions.WhyMissing(null, name, '-', LiquidFilters.Names).TrimEnd('.')}");
            var arguments = new List<LiquidExpression>();
            if (TryTake(":"))
            {
                do
                {
                    arguments.Add(Value());
                }
                while (TryTake(","));
            }

            expression = new LiquidFiltered(expression, name, filter, arguments);
        }

        return expression;
    }

    // Liquid reads conditions from the right, and gives 'and' and 'or' the same weight.
    private Func<LiquidRun, bool> Condition()
    {
        if (++_depth > MaxDepth)
        {
            throw mistake("a condition is too long");
        }

        var left = Comparison();
        if (TryTakeWord("and"))
        {
            var right = Condition();
            return run => left(run) && right(run);
        }

        if (TryTakeWord("or"))
        {
            var right = Condition();
            return run => left(run) || right(run);
        }

        return left;
    }

    private Func<LiquidRun, bool> Comparison()
    {
        var left = Value();
        if (TryTakeWord("contains"))
        {
            var part = Value();
            return run => LiquidValue.Contains(left.Evaluate(run), part.Evaluate(run));
        }

        foreach (var (sign, holds) in Comparisons)
        {
            if (TryTake(sign))
            {
                var right = Value();
                return run => holds(left.Evaluate(run), right.Evaluate(run));
            }
        }

        return run => LiquidValue.IsTrue(left.Evaluate(run));
    }

    private static readonly (string Sign, Func<object?, object?, bool> Holds)[] Comparisons =
    [
        ("==", LiquidValue.AreEqual),
        ("!=", (left, right) => !LiquidValue.AreEqual(left, right)),
        ("<>", (left, right) => !LiquidValue.AreEqual(left, right)),
        ("<=", (left, right) => LiquidValue.Compare(left, right) <= 0),
        (">=", (left, right) => LiquidValue.Compare(left, right) >= 0),
        ("<", (left, right) => LiquidValue.Compare(left, right) < 0),
        (">", (left, right) => LiquidValue.Compare(left, right) > 0),
    ];

    private LiquidExpression Value()
    {
        SkipBlanks();
        if (_at >= text.Length)
        {
            throw mistake($"a value is expected at the end of '{text}'");
        }

        if (text[_at] is '"' or '\'')
        {
            var end = text.IndexOf(text[_at], _at + 1);
            if (end < 0)
            {
                throw mistake($"a text is not closed by its quote in '{text}'");
            }

            var literal = new LiquidLiteral(text[(_at + 1)..end]);
            _at = end + 1;
            return literal;
        }

        if (TryTake("("))
        {
            var first = Value();
            Expect("..");
            var last = Value();
            Expect(")");
            return new LiquidRange(first, last);
        }

        var number = NumberPattern().Match(text, _at);
        if (number.Success)
        {
            _at += number.Length;
            return new LiquidLiteral(long.TryParse(number.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                ? whole
                : decimal.Parse(number.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        var name = Name();
        return name switch
        {
            "true" => new LiquidLiteral(true),
            "false" => new LiquidLiteral(false),
            "nil" or "null" => new LiquidLiteral(null),
            "empty" or "blank" => new LiquidLiteral(LiquidValue.Empty),
            _ => new LiquidPath(name, Members()),
        };
    }

    private List<LiquidExpression> Members()
    {
        var members = new List<LiquidExpression>();
        while (_at < text.Length && members.Count < MaxDepth)
        {
            if (text[_at] == '.' && _at + 1 < text.Length && text[_at + 1] != '.')
            {
                _at++;
                members.Add(new LiquidLiteral(Name()));
            }
            else if (text[_at] == '[')
            {
                _at++;
                if (++_depth > MaxDepth)
                {
                    throw mistake("an index is nested too deep");
                }

                members.Add(Value());
                Expect("]");
            }
            else
            {
                break;
            }
        }

        return members;
    }

    private T Ended<T>(T result) => IsAtEnd ? result : throw mistake($"'{text[_at..]}' is not understood in '{text}'");

    private bool TryTake(string sign)
    {
        SkipBlanks();
        if (!text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
        {
            return false;
        }

        _at += sign.Length;
        return true;
    }

    private bool TryTakeWord(string word)
    {
        SkipBlanks();
        var end = _at + word.Length;
        if (!text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal) || (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_')))
        {
            return false;
        }

        _at = end;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }

    [GeneratedRegex(@"\G[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\G-?[0-9]{1,28}(?:\.[0-9]{1,20})?(?![A-Za-z_])", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
