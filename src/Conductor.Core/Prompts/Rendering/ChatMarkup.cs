using System.Net;
using System.Xml;
using Microsoft.Extensions.AI;

namespace Conductor.Prompts;

/// <summary>Reads `&lt;message role="…"&gt;` markup as Semantic Kernel does.</summary>
internal static class ChatMarkup
{
    /// <summary>Semantic Kernel's way: what cannot be read is one user message, markup and all.</summary>
    public static RenderedPrompt ReadLeniently(string rendered)
    {
        List<ChatMessage>? messages = null;
        if (LooksLikeChat(rendered))
        {
            try
            {
                messages = Read(rendered, isEscaped: false);
            }
            catch (XmlException)
            {
                // Not markup, then: text.
            }
        }

        return new RenderedPrompt(rendered, messages is { Count: > 0 } ? messages : [new ChatMessage(ChatRole.User, rendered)]);
    }

    /// <summary>The hardened way: markup that cannot be read is the author's mistake.</summary>
    /// <param name="marked">The rendered text, see <see cref="MarkedText"/>.</param>
    /// <param name="decodesEntities">Whether the format decodes its template's entities once.</param>
    /// <param name="source">What messages call the file.</param>
    public static RenderedPrompt ReadMarked(string marked, bool decodesEntities, string source)
    {
        if (!HardenedText.HasMessages(marked))
        {
            var text = MarkedText.Unescape(HardenedText.ToText(marked, decodesEntities));
            return new RenderedPrompt(text, [new ChatMessage(ChatRole.User, text)]);
        }

        var xml = HardenedText.ToXml(marked, decodesEntities);
        try
        {
            var messages = Read(xml, isEscaped: true);
            var text = MarkedText.Unescape(xml);
            return new RenderedPrompt(text, messages.Count > 0 ? messages : [new ChatMessage(ChatRole.User, text)]);
        }
        catch (XmlException mistake)
        {
            throw new PromptRenderException(
                $"{source}: the rendered prompt has <message> tags, but its markup is not well-formed: {Describe(mistake)} "
                + "Close every tag, and write &amp; for & and &lt; for < in the template's own text.",
                SemanticKernelErrors.Xml, mistake) { IsTemplateMistake = true };
        }
    }

    /// <summary>Semantic Kernel's own first look.</summary>
    public static bool LooksLikeChat(string text) =>
        text.Contains("<message", StringComparison.OrdinalIgnoreCase)
        && (text.Contains("</", StringComparison.Ordinal) || text.Contains("/>", StringComparison.Ordinal));

    private static List<ChatMessage> Read(string xml, bool isEscaped)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = new ShallowXmlReader($"<root>{xml}</root>");
        document.Load(reader);
        var messages = new List<ChatMessage>();
        foreach (var node in document.DocumentElement!.ChildNodes)
        {
            if (node is XmlElement element && element.Name.Equals("message", StringComparison.OrdinalIgnoreCase) && element.HasAttribute("role"))
            {
                messages.Add(ReadMessage(element, isEscaped));
            }
        }

        return messages;
    }

    private static ChatMessage ReadMessage(XmlElement element, bool isEscaped)
    {
        var label = element.GetAttribute("role");
        if (string.IsNullOrWhiteSpace(label))
        {
            throw new PromptRenderException("A <message> has an empty role. Write system, user, assistant or tool.", SemanticKernelErrors.Argument);
        }

        var role = new ChatRole(isEscaped ? MarkedText.Unescape(label) : label);
        List<AIContent>? items = null;
        foreach (var child in element.ChildNodes)
        {
            if (child is XmlElement part && ItemKind(part) is { } kind && ReadContent(part, isEscaped) is { } content)
            {
                (items ??= []).Add(CreateItem(kind, content, part));
            }
        }

        return items switch
        {
            null => new ChatMessage(role, ReadContent(element, isEscaped)),
            [TextContent only] => new ChatMessage(role, only.Text),
            _ => new ChatMessage(role, items),
        };
    }

    private static string? ItemKind(XmlElement element) => element.Name.ToLowerInvariant() is var name and ("text" or "image" or "audio" or "binary") ? name : null;

    private static AIContent CreateItem(string kind, string content, XmlElement element)
    {
        if (kind == "text")
        {
            return new TextContent(content);
        }

        var mimeType = element.HasAttribute("mimetype") ? element.GetAttribute("mimetype") : null;
        try
        {
            AIContent item = content.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
                ? new DataContent(content, mimeType)
                : new UriContent(content, mimeType ?? PromptItem.UsualMediaType(kind));
            item.RawRepresentation = new PromptItem(kind, content, mimeType ?? (item as DataContent)?.MediaType);
            return item;
        }
        catch (Exception mistake) when (mistake is ArgumentException or UriFormatException)
        {
            throw new PromptRenderException(
                $"The content of <{kind}> is neither a data: URI nor an absolute URL, or its mimetype is not one.", SemanticKernelErrors.Argument, mistake);
        }
    }

    private static string? ReadContent(XmlElement element, bool isEscaped)
    {
        // Text alone comes out of writing it as XML and decoding it as it went in; only a carriage return is written as an entity.
        if (element.FirstChild is XmlText { NextSibling: null, Value: { } only } && !only.Contains('\r', StringComparison.Ordinal))
        {
            only = (isEscaped ? MarkedText.UnescapeReturns(only) : only).Trim();
            return only.Length == 0 ? null : isEscaped ? MarkedText.Unescape(only) : only;
        }

        var text = BeginsWithCData(element) ? element.InnerText : element.InnerXml;
        if (isEscaped)
        {
            text = MarkedText.UnescapeReturns(text);
        }

        text = WebUtility.HtmlDecode(text.Trim());
        return text.Length == 0 ? null : isEscaped ? MarkedText.Unescape(text) : text;
    }

    private static bool BeginsWithCData(XmlElement element)
    {
        foreach (XmlNode child in element.ChildNodes)
        {
            if (child.NodeType is not (XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace))
            {
                return child.NodeType == XmlNodeType.CDATA;
            }
        }

        return false;
    }

    // "Line 1, position 12" counts the wrapper's six characters too.
    private static string Describe(XmlException mistake)
    {
        var end = mistake.Message.LastIndexOf(" Line ", StringComparison.Ordinal);
        var what = end > 0 ? mistake.Message[..end] : mistake.Message;
        return $"{MarkedText.Unescape(what)} (line {mistake.LineNumber} of the rendered text)";
    }
}
