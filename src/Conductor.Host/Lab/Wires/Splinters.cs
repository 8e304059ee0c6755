using System.Text;

namespace Conductor.Host.Lab.Wires;

/// <summary>Values that stand where others are expected.</summary>
internal static class Splinters
{
    /// <summary>Most of them are JSON, some are not.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        .. Of("null", "true", "false", "0", "-0", "-1", "1", "3", "0.5", "1e2", "1.0", "1E+2", "-1e-7", "2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808",
            "18446744073709551616", "1e308", "1e309", "1e999", "-1e999", "1e-999", "0.1234567890123456789012345678901234567890", "3.4028236e38", "123456789012345678901234567890",
            "00", "01", "1.", ".5", "+1", "NaN", "Infinity", "-", "0x10", "tru", "nul", "'x'", "undefined"),
        .. Of("""
            "" " " "x" "\n" "\u0000" "\ud800" "\udc00" "\ud83d\ude00" "\ud83d" "\ud83dx" "\ude00\ud83d" "\ud83d\u0041" "\\" "\"" "\/" "null" "true" "0" "[]" "{}" "{\"a\":1}" "{\"a\":" "[1,2" "{\"a\":1}{" "\u2028" "\ufeff"
            "user" "assistant" "system" "developer" "tool" "model" "function" "text" "image_url" "input_text" "input_image" "input_file" "input_audio" "output_text" "refusal" "file" "tool_use" "tool_result" "thinking"
            "redacted_thinking" "image" "document" "url" "base64" "auto" "none" "required" "any" "stop" "length" "tool_calls" "content_filter" "end_turn" "max_tokens" "STOP" "SAFETY" "message" "function_call"
            "function_call_output" "reasoning" "item_reference" "reasoning.text" "reasoning.encrypted" "reasoning.summary" "json_object" "json_schema" "ephemeral" "in_progress" "completed" "failed" "incomplete" "message_start"
            "content_block_start" "content_block_delta" "message_delta" "message_stop" "error" "ping" "response.completed" "response.output_item.done" "OBJECT" "string" "array" "conductor:thought_signature:x"
            "conductor::" "conductor." "conductor.gemini.c2ln" "data:image/png;base64,aGk=" "data:,x" "data:" "https://example.org/a.png" "http://" "file:///etc/passwd" "gs://b/o" "aGk=" "aGk" "====" "image/png" "a/b;c" "/" "1970-01-01T00:00:00Z" "10000-01-01T00:00:00Z" "5m" "[DONE]"
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)),
        .. Of("[]", "{}", "[[]]", "[{}]", "[null]", "[1]", "[\"\"]", "[\"a\",\"b\"]", "{\"\":null}", "{\"a\":{\"a\":{}}}", "{\"type\":\"text\",\"text\":\"x\"}", "{\"type\":\"text\"}", "{\"type\":null}", "{\"a\":1,\"a\":2}",
            "[1,\"two\",null,{\"deep\":[[[]]]}]", "{\"role\":\"user\",\"content\":\"x\"}", "{\"name\":\"f\",\"arguments\":\"{}\"}", "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "{\"type\":\"object\",\"properties\":{}}",
            "{\"$ref\":\"#\"}", "[-1,999999999999]", "[1e999]", "{\"type\":[\"string\",\"null\"]}", "{\"error\":{\"message\":\"m\"}}", "{\"error\":\"m\"}"),
        [(byte)'"', 0xC0, 0x80, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], [(byte)'"', 0xFF, (byte)'"'], [(byte)'"', 0xF4, 0x90, 0x80, 0x80, (byte)'"'], [(byte)'"', 0xE2, 0x82, (byte)'"'], [(byte)'"', 0x01, (byte)'"'],
    ];

    /// <summary>What stands inside a text.</summary>
    public static IReadOnlyList<byte[]> Texts { get; } =
    [
        .. Of("\\ud83d", "\\ude00", "\\u0000", "\\\"", "\\n", "\\", "\"", "😀", "é", "\u2028", "\\u00e9", "\\u202e", "data: [DONE]", "\\r\\n\\r\\ndata: x", "{", "}", "models/", "conductor:", "\t", "\n", "\\x", "\\u12", "%00"), [0xFF], [0xC3], [0xE2, 0x82],
        [0xEF, 0xBB, 0xBF], [0],
    ];

    private static IEnumerable<byte[]> Of(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);
}
