using System.Text.RegularExpressions;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>Reads a Liquid template: text, `{{ output }}` and `{% tag %}`.</summary>
internal sealed partial class LiquidParser(PromptDocument document, PromptFunctions functions)
{
    private const int MaxDepth = 64;

    private static readonly string[] Tags =
    [
        "assign", "break", "capture", "case", "comment", "continue", "for", "if", "raw", "unless",
    ];

    private readonly List<Piece> _pieces = [];
    private int _next;
    private int _depth;

    private enum PieceKind
    {
        Text,
        Output,
        Tag,
    }

    public IReadOnlyList<LiquidNode> Parse()
    {
        Split();
        var nodes = ParseUntil(out var end);
        return end is null ? nodes : throw Mistake(end.At, $"'{end.Word}' has no beginning");
    }

    private void Split()
    {
        var template = document.Template;
        var at = 0;
        var trimsNext = false;
        while (at < template.Length)
        {
            var opening = Opening().Match(template, at);
            var textEnd = opening.Success ? opening.Index : template.Length;
            var text = template[at..textEnd];
            if (trimsNext)
            {
                text = text.TrimStart();
            }

            var isOutput = opening.Success && template[opening.Index + 1] == '{';
            if (opening.Success && opening.Length == 3)
            {
                text = text.TrimEnd();
            }

            if (text.Length > 0)
            {
                _pieces.Add(new Piece(PieceKind.Text, text, at));
            }

            if (!opening.Success)
            {
                return;
            }

            var start = opening.Index + opening.Length;
            var end = EndOf(template, start, isOutput);
            var body = template[start..end];
            trimsNext = body.EndsWith('-');
            _pieces.Add(new Piece(isOutput ? PieceKind.Output : PieceKind.Tag, (trimsNext ? body[..^1] : body).Trim(), opening.Index));
            at = end + 2;
            if (!isOutput && _pieces[^1].Word is "raw" or "comment")
            {
                at = SkipVerbatim(template, at, _pieces[^1], out trimsNext);
            }
        }
    }

    private int EndOf(string template, int start, bool isOutput)
    {
        var closing = isOutput ? "}}" : "%}";
        var quote = '\0';
        for (var i = start; i + 1 < template.Length; i++)
        {
            if (quote != '\0')
            {
                quote = template[i] == quote ? '\0' : quote;
            }
            else if (template[i] is '"' or '\'')
            {
                quote = template[i];
            }
            else if (template[i] == closing[0] && template[i + 1] == closing[1])
            {
                return i;
            }
        }

        throw Mistake(start, $"'{(isOutput ? "{{" : "{%")}' is not closed by '{closing}'");
    }

    // What stands between raw and endraw, or comment and endcomment, is not read as a template.
    private int SkipVerbatim(string template, int at, Piece piece, out bool trimsNext)
    {
        var end = new Regex($@"\{{%-?\s*end{piece.Word}\s*-?%\}}", RegexOptions.CultureInvariant).Match(template, at);
        if (!end.Success)
        {
            throw Mistake(piece.At, $"'{piece.Word}' has no 'end{piece.Word}'");
        }

        _pieces.RemoveAt(_pieces.Count - 1);
        if (piece.Word == "raw" && end.Index > at)
        {
            _pieces.Add(new Piece(PieceKind.Text, template[at..end.Index], at));
        }

        trimsNext = end.ValueSpan.EndsWith("-%}");
        return end.Index + end.Length;
    }

    /// <summary>Up to a tag that ends or divides a block, which is taken; null at the template's end.</summary>
    private List<LiquidNode> ParseUntil(out Piece? end)
    {
        if (++_depth > MaxDepth)
        {
            throw Mistake(_pieces[Math.Min(_next, _pieces.Count - 1)].At, $"blocks stand in each other more than {MaxDepth} deep");
        }

        var nodes = new List<LiquidNode>();
        while (_next < _pieces.Count)
        {
            var piece = _pieces[_next++];
            if (piece.Kind == PieceKind.Text)
            {
                nodes.Add(new LiquidText(piece.Body));
            }
            else if (piece.Kind == PieceKind.Output)
            {
                nodes.Add(new LiquidOutput(Reader(piece, piece.Body).WholeExpression()));
            }
            else if (piece.Word.StartsWith("end", StringComparison.Ordinal) || piece.Word is "else" or "elsif" or "when")
            {
                _depth--;
                end = piece;
                return nodes;
            }
            else
            {
                nodes.Add(ParseTag(piece));
            }
        }

        _depth--;
        end = null;
        return nodes;
    }

    private LiquidNode ParseTag(Piece piece) => piece.Word switch
    {
        "assign" => ParseAssign(piece),
        "capture" => new LiquidAssign(Reader(piece, piece.Rest).Name(), null, ParseBody(piece, "endcapture")),
        "if" or "unless" => ParseIf(piece),
        "case" => ParseCase(piece),
        "for" => ParseFor(piece),
        "break" => new LiquidLeave(LiquidJump.Break),
        "continue" => new LiquidLeave(LiquidJump.Continue),
        _ => throw Mistake(piece.At, $"there is no tag '{piece.Word}'{Text.NearestName.Hint(piece.Word, Tags)}; tags are {string.Join(", ", Tags)}"),
    };

    private LiquidAssign ParseAssign(Piece piece)
    {
        var reader = Reader(piece, piece.Rest);
        var name = reader.Name();
        reader.Expect("=");
        return new LiquidAssign(name, reader.WholeExpression(), null);
    }

    private List<LiquidNode> ParseBody(Piece opening, string closing)
    {
        var body = ParseUntil(out var end);
        return end?.Word == closing ? body : throw Mistake(opening.At, $"'{opening.Word}' has no '{closing}'");
    }

    private LiquidBranches ParseIf(Piece opening)
    {
        var branches = new List<(Func<LiquidRun, bool>, IReadOnlyList<LiquidNode>)>();
        var condition = Reader(opening, opening.Rest).WholeCondition();
        Func<LiquidRun, bool> holds = opening.Word == "unless" ? run => !condition(run) : condition;
        while (true)
        {
            var body = ParseUntil(out var end);
            branches.Add((holds, body));
            switch (end?.Word)
            {
                case "elsif":
                    holds = Reader(end, end.Rest).WholeCondition();
                    break;
                case "else":
                    holds = _ => true;
                    break;
                case var word when word == "end" + opening.Word:
                    return new LiquidBranches(branches);
                default:
                    throw Mistake(opening.At, $"'{opening.Word}' has no 'end{opening.Word}'");
            }
        }
    }

    private LiquidBranches ParseCase(Piece opening)
    {
        var subject = Reader(opening, opening.Rest).WholeExpression();
        var branches = new List<(Func<LiquidRun, bool>, IReadOnlyList<LiquidNode>)>();
        ParseUntil(out var end); // what stands before the first 'when' is dropped
        while (end?.Word is "when" or "else")
        {
            Func<LiquidRun, bool> holds = _ => true;
            if (end.Word == "when")
            {
                var values = Reader(end, end.Rest).WholeList();
                holds = run => subject.Evaluate(run) is var value && values.Any(candidate => LiquidValue.AreEqual(value, candidate.Evaluate(run)));
            }

            branches.Add((holds, ParseUntil(out end)));
        }

        return end?.Word == "endcase" ? new LiquidBranches(branches) : throw Mistake(opening.At, "'case' has no 'endcase'");
    }

    private LiquidFor ParseFor(Piece opening)
    {
        var reader = Reader(opening, opening.Rest);
        var name = reader.Name();
        reader.Expect("in");
        var items = reader.Expression();
        LiquidExpression? limit = null;
        LiquidExpression? offset = null;
        var isReversed = false;
        while (!reader.IsAtEnd)
        {
            switch (reader.Name())
            {
                case "reversed":
                    isReversed = true;
                    break;
                case "limit":
                    reader.Expect(":");
                    limit = reader.Expression();
                    break;
                case "offset":
                    reader.Expect(":");
                    offset = reader.Expression();
                    break;
                case var other:
                    throw Mistake(opening.At, $"'for' does not know '{other}': it takes limit, offset and reversed");
            }
        }

        var body = ParseUntil(out var end);
        IReadOnlyList<LiquidNode> otherwise = [];
        if (end?.Word == "else")
        {
            otherwise = ParseUntil(out end);
        }

        return end?.Word == "endfor"
            ? new LiquidFor(name, items, limit, offset, isReversed, body, otherwise)
            : throw Mistake(opening.At, "'for' has no 'endfor'");
    }

    private LiquidReader Reader(Piece piece, string text) => new(text, functions, what => Mistake(piece.At, what));

    private PromptFormatException Mistake(int at, string what) => new(
        document.Source,
        document.TemplateLine + document.Template.AsSpan(0, Math.Min(at, document.Template.Length)).Count('\n'),
        $"The template cannot be read: {what}.",
        SemanticKernelErrors.Argument);

    [GeneratedRegex(@"\{[{%]-?", RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    /// <summary>A text, the inside of an output, or the inside of a tag.</summary>
    private sealed record Piece(PieceKind Kind, string Body, int At)
    {
        /// <summary>A tag's first word.</summary>
        public string Word { get; } = Body.Split([' ', '\t', '\r', '\n'], 2)[0];

        /// <summary>What follows it.</summary>
        public string Rest => Body[Word.Length..].Trim();
    }
}
