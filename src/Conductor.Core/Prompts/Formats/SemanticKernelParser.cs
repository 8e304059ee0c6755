using System.Text;

namespace Conductor.Prompts.Formats;

/// <summary>Reads Semantic Kernel's own template language, with its quirks: what it takes and refuses is the same.</summary>
/// <param name="document">For the places of mistakes.</param>
internal sealed class SemanticKernelParser(PromptDocument document)
{
    // A template without room for {{x}} is text, whatever it holds.
    private const int ShortestTemplate = 5;

    public List<SemanticKernelBlock> Parse()
    {
        var template = document.Template;
        var blocks = new List<SemanticKernelBlock>();
        if (template.Length < ShortestTemplate)
        {
            AddText(blocks, template);
            return blocks;
        }

        var done = 0;
        var start = -1;
        var quote = '\0';
        for (var i = 0; i + 1 < template.Length; i++)
        {
            var (letter, next) = (template[i], template[i + 1]);
            if (quote == '\0' && letter == '{' && next == '{')
            {
                start = i; // the last {{ before the }} begins the block
            }

            if (start < 0)
            {
                continue;
            }

            if (quote != '\0')
            {
                if (letter == '\\' && IsEscapable(next))
                {
                    i++;
                }
                else if (letter == quote)
                {
                    quote = '\0';
                }
            }
            else if (IsQuote(letter))
            {
                quote = letter;
            }
            else if (letter == '}' && next == '}')
            {
                AddText(blocks, template[done..start]);
                done = i + 2;
                var code = template[(start + 2)..i].Trim();
                if (code.Length == 0)
                {
                    AddText(blocks, template[start..done]);
                }
                else
                {
                    blocks.Add(ParseCode(code, start));
                }

                start = -1;
            }
        }

        AddText(blocks, template[done..]);
        return blocks;
    }

    private static void AddText(List<SemanticKernelBlock> blocks, string text)
    {
        if (text.Length > 0)
        {
            blocks.Add(new TextBlock(text, MarkedText.Template(text)));
        }
    }

    private SemanticKernelBlock ParseCode(string code, int at)
    {
        var tokens = Tokens(code, at);
        switch (code[0])
        {
            case '$':
                var variable = new VariableBlock(Name(tokens[0], at));
                return tokens.Count == 1 ? variable : throw Mistake(at, $"nothing may follow the variable in {{{{{code}}}}}");
            case '"' or '\'':
                var value = new ValueBlock(Unquoted(tokens[0], at));
                return tokens.Count == 1 ? value : throw Mistake(at, $"nothing may follow the value in {{{{{code}}}}}");
        }

        var (plugin, function) = FunctionName(tokens[0], at);
        SemanticKernelBlock? positional = null;
        var named = new List<(string, SemanticKernelBlock)>();
        for (var i = 1; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token[0] == '$' || IsQuote(token[0]))
            {
                positional = i == 1
                    ? Argument(token, at)
                    : throw Mistake(at, $"only the first argument of '{tokens[0]}' may go without a name: write name={token}");
            }
            else
            {
                var parts = token.Split('=');
                if (parts.Length != 2)
                {
                    // Semantic Kernel splits at every '=', so a value cannot hold one.
                    throw Mistake(at, $"an argument of '{tokens[0]}' is written name=\"value\" or name=$variable, and its value cannot hold '='");
                }

                named.Add((Name("$" + parts[0], at), Argument(parts[1], at)));
            }
        }

        return new CallBlock(plugin, function, positional, named);
    }

    /// <summary>Splits at white space; a quoted text is one token, and so is a named argument, with white space around its '=' left out.</summary>
    private List<string> Tokens(string code, int at)
    {
        var tokens = new List<string>();
        var token = new StringBuilder();
        var i = 0;
        while (i < code.Length)
        {
            if (IsBlank(code[i]))
            {
                i++;
                continue;
            }

            if (tokens.Count > 0 && !IsBlank(code[i - 1]))
            {
                throw Mistake(at, "arguments are separated by spaces");
            }

            token.Clear();
            if (IsQuote(code[i]))
            {
                i = ReadQuoted(code, i, token, at);
            }
            else if (code[i] == '$' || tokens.Count == 0)
            {
                i = ReadWord(code, i, token);
            }
            else
            {
                i = ReadNamed(code, i, token, at);
            }

            tokens.Add(token.ToString());
        }

        return tokens;
    }

    private static int ReadWord(string code, int i, StringBuilder token)
    {
        while (i < code.Length && !IsBlank(code[i]))
        {
            token.Append(code[i++]);
        }

        return i;
    }

    private int ReadQuoted(string code, int i, StringBuilder token, int at)
    {
        var quote = code[i++];
        token.Append(quote);
        for (; i < code.Length; i++)
        {
            if (code[i] == '\\' && i + 1 < code.Length && IsEscapable(code[i + 1]))
            {
                token.Append(code[++i]);
            }
            else
            {
                token.Append(code[i]);
                if (code[i] == quote)
                {
                    return i + 1;
                }
            }
        }

        throw Mistake(at, "a text is not closed by the quote that opens it");
    }

    private int ReadNamed(string code, int i, StringBuilder token, int at)
    {
        var isNamed = false;
        for (; i < code.Length; i++)
        {
            var letter = code[i];
            if (IsBlank(letter))
            {
                continue;
            }

            if (!isNamed)
            {
                token.Append(letter);
                isNamed = letter == '=' && token.Length > 1;
                continue;
            }

            return IsQuote(letter) ? ReadQuoted(code, i, token, at)
                : letter == '$' ? ReadWord(code, i, token)
                : throw Mistake(at, "the value of a named argument begins with a quote or with $");
        }

        throw Mistake(at, $"'{token}' is not an argument: write name=\"value\", name=$variable, \"value\" or $variable");
    }

    private SemanticKernelBlock Argument(string token, int at) =>
        token[0] == '$' ? new VariableBlock(Name(token, at)) : new ValueBlock(Unquoted(token, at));

    private string Name(string token, int at)
    {
        var name = token[1..];
        return name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
            ? name
            : throw Mistake(at, $"'{name}' is not a name: letters, digits and _ only");
    }

    private string Unquoted(string token, int at) =>
        token.Length >= 2 && token[0] == token[^1] ? token[1..^1] : throw Mistake(at, "a text is not closed by the quote that opens it");

    private (string? Plugin, string Function) FunctionName(string token, int at)
    {
        if (!token.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.'))
        {
            throw Mistake(at, $"'{token}' is not a function: letters, digits and _ only, with one dot between plugin and function. A variable is written ${token}");
        }

        var parts = token.Split('.');
        return parts.Length switch
        {
            1 => (null, token),
            2 => (parts[0], parts[1]),
            _ => throw Mistake(at, $"'{token}' has more than one dot: write plugin.function"),
        };
    }

    private PromptFormatException Mistake(int at, string what) => new(
        document.Source,
        document.TemplateLine + document.Template.AsSpan(0, at).Count('\n'),
        $"The template cannot be read: {what}.",
        SemanticKernelErrors.Kernel);

    private static bool IsBlank(char letter) => letter is ' ' or '\t' or '\r' or '\n';

    private static bool IsQuote(char letter) => letter is '"' or '\'';

    private static bool IsEscapable(char letter) => letter is '"' or '\'' or '\\';
}
