namespace Conductor.Host.Lab.Wires.Corpus;

/// <summary>What clients and servers of Gemini's dialect say.</summary>
internal static class GeminiRecordings
{
    public static IReadOnlyList<IReadOnlyList<byte[]>> Requests { get; } = Recorded.Bodies(
        """
        {"model":"models/m","systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":"aGk="}},{"fileData":{"mimeType":"application/pdf","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/x"}},{"inlineData":{"mimeType":"video/mp4","data":"aGk="},"videoMetadata":{"fps":1}}]},
          {"role":"model","parts":[{"text":"hm","thought":true,"thoughtSignature":"c2ln"},{"functionCall":{"id":"t","name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"g"}}]},
          {"role":"user","parts":[{"functionResponse":{"id":"t","name":"f","response":{"output":"21"}}},{"functionResponse":{"name":"g","response":{"error":"no"}}}]},{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"x"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"x"}}]},{"parts":[{"text":"u"}]}],
         "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"INTEGER","nullable":true,"format":"int32"},"b":{"type":"ARRAY","items":{"type":"STRING","enum":["x"]},"minItems":"1"}},"required":["a"],"propertyOrdering":["b","a"]}},{"name":"g","parametersJsonSchema":{"type":"object"}}]},{"googleSearch":{}}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"safetySettings":[{"category":"c","threshold":"t"}],"cachedContent":"cachedContents/x","serviceTier":"flex",
         "generationConfig":{"temperature":0.5,"topP":0.9,"topK":3,"maxOutputTokens":9,"candidateCount":2,"stopSequences":["a"],"seed":7,"presencePenalty":0.1,"frequencyPenalty":0.1,"responseLogprobs":true,"logprobs":2,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},"responseModalities":["TEXT"],"mediaResolution":"MEDIA_RESOLUTION_LOW","thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024,"thinkingLevel":"low"}}}
        """,
        """{"contents":[{"parts":[{"text":"hi"}]}]}""",
        """{"contents":{"parts":{"text":"hi"}},"system_instruction":{"parts":{"text":"s"}},"generation_config":{"max_output_tokens":5,"response_json_schema":{"type":"object"},"thinking_config":{"thinking_budget":-1,"include_thoughts":true}},"tool_config":{"function_calling_config":{"mode":"NONE"}},"tools":[{"function_declarations":[{"name":"f"}]}]}""",
        """{"generateContentRequest":{"model":"models/m","contents":[{"role":"user","parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"s"}]}}}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Answers { get; } = Recorded.Bodies(
        """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Grüße 😀","thoughtSignature":"c2ln"},{"functionCall":{"id":"t","name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},{"inlineData":{"mimeType":"image/png","data":"aGk="}},{"executableCode":{"language":"PYTHON","code":"x"}}]},"finishReason":"STOP","index":0,"avgLogprobs":-0.1,
          "logprobsResult":{"chosenCandidates":[{"token":"a","tokenId":1,"logProbability":-0.1}],"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.1},{"token":"b","logProbability":-2}]}]},"safetyRatings":[{"category":"c","probability":"NEGLIGIBLE","blocked":false}],"citationMetadata":{"citationSources":[]},"groundingMetadata":{}},
          {"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}],"promptFeedback":{"safetyRatings":[]},
         "usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":4,"thoughtsTokenCount":2,"cachedContentTokenCount":3,"toolUsePromptTokenCount":1,"totalTokenCount":14,"promptTokensDetails":[{"modality":"TEXT","tokenCount":7}]},"modelVersion":"g","responseId":"r"}
        """,
        """{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":7}}""",
        """{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"m"}]}""",
        """{"candidates":[{"content":{"role":"model"},"finishReason":"SAFETY","safetyRatings":[{"blocked":true}]}]}""");

    public static IReadOnlyList<IReadOnlyList<byte[]>> Streams { get; } =
    [
        Recorded.Pieces("""
            {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7},"modelVersion":"g","responseId":"r"}
            {"candidates":[{"content":{"parts":[{"text":"Grüße \"{ 😀"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":2,"thoughtsTokenCount":1}}
            {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":{"b":"]\\"}}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"t","name":"g","args":{}}}],"role":"model"},"index":0}]}
            {"candidates":[{"content":{"parts":[{"text":"x"}],"role":"model"},"index":1}]}
            {"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":4,"thoughtsTokenCount":2,"totalTokenCount":13}}
            """),
        Recorded.Pieces("""
            {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"}}]}
            {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}
            """),
    ];

    public static IReadOnlyList<IReadOnlyList<byte[]>> Others { get; } = Recorded.Bodies(
        """{"models":[{"name":"models/m","baseModelId":"b","version":"1","displayName":"M","description":"d","inputTokenLimit":1000,"outputTokenLimit":100,"supportedGenerationMethods":["generateContent","countTokens"],"temperature":1,"thinking":true}],"nextPageToken":"n"}""",
        """{"totalTokens":7,"cachedContentTokenCount":1,"promptTokensDetails":[]}""",
        """{"model":"models/m","content":{"parts":[{"text":"a"},{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","title":"t","outputDimensionality":64}""",
        """{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]},"outputDimensionality":64},{"model":"models/m","content":{"parts":[{"text":"b"}]},"outputDimensionality":64}]}""",
        """{"embedding":{"values":[0.1,-2e-3]}}""",
        """{"embeddings":[{"values":[0.1,-2e-3]},{"values":[1,2]}],"usageMetadata":{"promptTokenCount":3}}""",
        """{"error":{"code":429,"message":"Quota exceeded for metric x, limit: 0","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","domain":"d","metadata":{"a":"b"}},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"19.5s"},{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents","description":"d"}]}]}}""",
        """[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]""");
}
