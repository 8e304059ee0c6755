using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>`template_format: liquid`: the part of Liquid that prompts use.</summary>
internal sealed class LiquidFormat : IPromptFormat
{
    public string Name => "liquid";

    public IPromptProgram Compile(PromptDocument document, PromptTemplateOptions options) =>
        new LiquidProgram(document, options, new LiquidParser(document, options.Functions).Parse());
}

/// <summary>A Liquid template. A line that begins with `system:`, `user:`, `assistant:`, `function:` or `developer:` begins a message.</summary>
internal sealed partial class LiquidProgram(PromptDocument document, PromptTemplateOptions options, IReadOnlyList<LiquidNode> nodes) : IPromptProgram
{
    // Semantic Kernel writes this for the colons of arguments, so that they do not begin a message.
    private const string ColonStandIn = "&#58;";

    public RenderedPrompt Render(IReadOnlyDictionary<string, object?> arguments, PromptMode mode)
    {
        var run = new LiquidRun(document.Source, IsMarkup);
        foreach (var (name, value) in arguments)
        {
            run.Variables[name] = PromptValue.Unwrap(value);
        }

        foreach (var variable in document.Variables)
        {
            if (!string.IsNullOrEmpty(variable.Default))
            {
                run.Variables.TryAdd(variable.Name, variable.Default);
            }
        }

        if (mode == PromptMode.SemanticKernel)
        {
            foreach (var (name, value) in run.Variables)
            {
                if (value is string text && !IsMarkup(name))
                {
                    run.Variables[name] = text.Replace(":", ColonStandIn, StringComparison.Ordinal);
                }
            }
        }

        foreach (var node in nodes)
        {
            node.Write(run);
        }

        return mode == PromptMode.Hardened ? ReadHardened(run) : ReadAsSemanticKernel(run.Text);
    }

    private bool IsMarkup(string variable) => options.AllowDangerouslySetContent
        || document.Variables.Any(declared => declared.Name == variable && declared.AllowDangerouslySetContent);

    private static RenderedPrompt ReadAsSemanticKernel(string text)
    {
        var parts = Roles().Split(text);
        if (parts.Length == 1)
        {
            return ChatMarkup.ReadLeniently(text.Replace(ColonStandIn, ":", StringComparison.Ordinal));
        }

        var markup = new StringBuilder();
        for (var i = 1; i + 1 < parts.Length; i += 2)
        {
            AppendMessage(markup, parts[i], parts[i + 1].Replace(ColonStandIn, ":", StringComparison.Ordinal));
        }

        return ChatMarkup.ReadLeniently(markup.ToString());
    }

    /// <summary>Only the template's own words begin a message, or a value that stands alone where a role is written.</summary>
    private RenderedPrompt ReadHardened(LiquidRun run)
    {
        var text = run.Text;
        var roles = Roles().Matches(text).Where(role => run.MayBeRole(text, role.Index, role.Groups[1].Length)).ToList();
        if (roles.Count == 0)
        {
            var marked = run.Marked();
            return HardenedText.HasMessages(marked) || ChatMarkup.LooksLikeChat(text)
                ? ChatMarkup.ReadMarked(marked, decodesEntities: false, document.Source)
                : new RenderedPrompt(text, [new ChatMessage(ChatRole.User, text)]);
        }

        var markup = new StringBuilder();
        var messages = new List<ChatMessage>(roles.Count);
        for (var i = 0; i < roles.Count; i++)
        {
            var start = roles[i].Index + roles[i].Length;
            var content = text[start..(i + 1 < roles.Count ? roles[i + 1].Index : text.Length)];
            AppendMessage(markup, roles[i].Groups[1].Value, content);
            var trimmed = content.Trim();
            messages.Add(new ChatMessage(new ChatRole(roles[i].Groups[1].Value), trimmed.Length == 0 ? null : trimmed));
        }

        return new RenderedPrompt(markup.ToString(), messages);
    }

    private static void AppendMessage(StringBuilder markup, string role, string content) =>
        markup.Append(markup.Length == 0 ? "" : "\n").Append("<message role=\"").Append(role).Append("\">\n").Append(WebUtility.HtmlEncode(content)).Append("\n</message>");

    [GeneratedRegex(@"(system|assistant|user|function|developer):\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Roles();
}
