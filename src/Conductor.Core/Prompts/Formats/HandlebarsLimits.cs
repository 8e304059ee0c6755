using System.Text.RegularExpressions;

namespace Conductor.Prompts.Formats;

/// <summary>Refuses templates nested so deep that compiling them would run out of stack, which nothing can catch.</summary>
internal static partial class HandlebarsLimits
{
    private const int MaxDepth = 64;

    /// <exception cref="PromptFormatException">Blocks or calls are nested deeper than 64.</exception>
    public static void Check(PromptDocument document)
    {
        var template = document.Template;
        var blocks = new Stack<int>(); // how many levels each open block is, its 'else if' branches counted
        var depth = 0;
        foreach (var match in Expressions().EnumerateMatches(template))
        {
            var expression = template.AsSpan(match.Index, match.Length).TrimStart("{~ ");
            switch (expression)
            {
                case ['#' or '^', ..] when expression is not ['^', '}' or '~' or ' ', ..]:
                    blocks.Push(1);
                    depth++;
                    break;
                case ['/', ..] when blocks.TryPop(out var levels):
                    depth -= levels;
                    break;
                case ['e', 'l', 's', 'e', ' ', ..] when blocks.TryPop(out var levels):
                    blocks.Push(levels + 1);
                    depth++;
                    break;
            }

            if (depth > MaxDepth || Calls(expression) > MaxDepth)
            {
                throw new PromptFormatException(
                    document.Source, document.TemplateLine + template.AsSpan(0, match.Index).Count('\n'),
                    $"The template nests blocks or calls deeper than {MaxDepth}.", SemanticKernelErrors.HandlebarsCompiler);
            }
        }
    }

    private static int Calls(ReadOnlySpan<char> expression)
    {
        var (depth, deepest) = (0, 0);
        foreach (var letter in expression)
        {
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        return deepest;
    }

    [GeneratedRegex(@"\{\{[^}]*(?:\}(?!\})[^}]*)*", RegexOptions.CultureInvariant)]
    private static partial Regex Expressions();
}
