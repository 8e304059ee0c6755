using System.Text;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic.Tests;

/// <summary>Bodies with something wrong in them, many of them, always the same ones: every reader answers with its one exception.</summary>
public sealed class MutationTests
{
    private const int Rounds = 4_000;

    private static readonly string[] Splinters =
    [
        "null", "true", "-1", "0", "1e999", "\"\"", "\" \"", "\"x\"", "\"\\ud800\"", "[]", "{}", "[[]]", "{\"type\":\"text\"}", "{\"type\":\"tool\",\"name\":\" \"}", "\"text\"", "\"tool_use\"",
        "\"tool_result\"", "\"thinking\"", "\"file\"", "\"url\"", "\"base64\"", "\"conductor:thought_signature:x\"", "\"conductor::\"", "9007199254740993", "\"system\"", "\"a/b;c\"",
    ];

    private const string Request = """
        {"model":"m","max_tokens":9,"stream":true,"temperature":0.5,"top_k":3,"stop_sequences":["a"],"system":[{"type":"text","text":"s"}],"metadata":{"user_id":"u"},"service_tier":"auto",
         "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true},{"type":"web_search_20250305","name":"w"}],"tool_choice":{"type":"tool","name":"f"},
         "thinking":{"type":"enabled","budget_tokens":1024},"output_config":{"effort":"max","format":{"type":"json_schema","schema":{}}},
         "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},{"type":"image","source":{"type":"url","url":"https://x.test"}},
           {"type":"document","title":"t","source":{"type":"file","file_id":"f"}}]},
          {"role":"assistant","content":[{"type":"redacted_thinking","data":"conductor:thought_signature:x"},{"type":"thinking","thinking":"h","signature":"conductor:gemini:s"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"r"}],"is_error":false}]},{"role":"system","content":"s"},{"role":"user","content":"u"}]}
        """;

    private const string Answer = """
        {"id":"i","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"h","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"t","citations":[{}]},
          {"type":"tool_use","id":"t","name":"f","input":{"a":1}},{"type":"other","x":1}],"stop_reason":"stop_sequence","stop_sequence":"x",
         "usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":1},"output_tokens":3,"output_tokens_details":{"thinking_tokens":1}}}
        """;

    private static readonly string[] Events =
    [
        """{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"server_tool_use","id":"t","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"}}""",
        """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"x"}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"a":1}}}""",
        """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}""",
    ];

    [Fact]
    public void Requests_Broken_AreRefusedOrReadAndWritten()
    {
        var random = new Random(1);
        for (var i = 0; i < Rounds; i++)
        {
            var body = Encoding.UTF8.GetBytes(Break(Request, random));
            try
            {
                AnthropicPeek.Read(body);
            }
            catch (WireRequestException)
            {
                // Told to the caller.
            }

            try
            {
                var request = AnthropicRequestReader.Read(body);
                Bytes.Text(output => AnthropicRequestWriter.Write(output, "m", request.Messages, request.Options, new AnthropicTarget(100), request.IsStreaming));
            }
            catch (WireRequestException)
            {
                // Told to the caller.
            }
        }
    }

    [Fact]
    public void Answers_Broken_AreFaultsOrReadAndWritten()
    {
        var random = new Random(2);
        for (var i = 0; i < Rounds; i++)
        {
            var body = Encoding.UTF8.GetBytes(Break(Answer, random));
            try
            {
                AnthropicScan.ScanMessage(body);
            }
            catch (WireResponseException)
            {
                // Told to the operator.
            }

            try
            {
                var response = AnthropicResponseReader.Read(body);
                Bytes.Text(output => AnthropicResponseWriter.Write(output, response, "i", "m"));
            }
            catch (WireResponseException)
            {
                // Told to the operator.
            }

            AnthropicErrorReader.TryRead(body);
        }
    }

    [Fact]
    public void Events_Broken_AreFaultsOrReadAndWritten()
    {
        var random = new Random(3);
        for (var i = 0; i < Rounds; i++)
        {
            var (reader, scan, writer) = (new AnthropicEventReader(), new AnthropicEventScan(), new AnthropicEventWriter("i", "m"));
            var updates = new List<ChatResponseUpdate>();
            foreach (var item in Events)
            {
                var data = Encoding.UTF8.GetBytes(random.Next(3) == 0 ? Break(item, random) : item);
                scan.Scan(data);
                AnthropicEventScan.TypeOf(data);
                try
                {
                    reader.Read(data, updates);
                }
                catch (WireResponseException)
                {
                    break;
                }
            }

            Bytes.Text(output =>
            {
                updates.ForEach(update => writer.Write(output, update));
                writer.Complete(output);
            });
        }
    }

    /// <summary>One to three values replaced, members lost, or bytes cut.</summary>
    private static string Break(string body, Random random)
    {
        var text = body;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var colon = text.IndexOf(':', random.Next(text.Length));
            if (colon < 0)
            {
                continue;
            }

            var end = text.IndexOfAny([',', '}', ']'], colon);
            text = random.Next(8) switch
            {
                0 => text[..random.Next(text.Length)],
                1 => text.Remove(random.Next(text.Length), 1),
                _ when end > colon => text[..(colon + 1)] + Splinters[random.Next(Splinters.Length)] + text[end..],
                _ => text,
            };
        }

        return text;
    }
}
