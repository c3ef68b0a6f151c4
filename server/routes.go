package server

import (
	"slices"

	"github.com/gofiber/fiber/v2"
)

// base is where the API lies.
const base = "/api/v1"

// route is one call of the API. openapi.json describes each of them, and a test compares the two.
type route struct {
	method, path string
	// needs is what the caller must be permitted.
	needs  Permission
	handle func(*request) error
}

// The methods of routes.
const get, put, post, del = fiber.MethodGet, fiber.MethodPut, fiber.MethodPost, fiber.MethodDelete

// routes are all calls. GET is answered to HEAD too.
func (s *Server) routes() []route {
	return slices.Concat(s.ownRoutes(), s.flowRoutes(), s.runRoutes(), s.resourceRoutes())
}

// ownRoutes are about the server itself.
func (s *Server) ownRoutes() []route {
	return []route{
		{get, "/healthz", Open, s.healthz},
		{get, "/readyz", Open, s.readyz},
		// Whoever is on this machine may look at the figures; metrics checks that.
		{get, "/metrics", Open, s.metrics},

		{get, base + "/openapi.json", Open, s.openAPI},
		{post, base + "/session", Open, s.openSession},
		{get, base + "/session", ReadServer, s.getSession},
		{del, base + "/session", ReadServer, s.closeSession},
	}
}

// flowRoutes are about flows.
func (s *Server) flowRoutes() []route {
	return []route{
		{get, base + "/flows", ReadFlows, s.listFlows},
		{post, base + "/flows/validate", ReadFlows, s.validateFlow},
		{get, base + "/flows/:id", ReadFlows, s.getFlow},
		{put, base + "/flows/:id", WriteFlows, s.putFlow},
		{del, base + "/flows/:id", WriteFlows, s.deleteFlow},
		{get, base + "/flows/:id/versions", ReadFlows, s.listVersions},
		{post, base + "/flows/:id/publish", WriteFlows, s.publishFlow},
		{post, base + "/flows/:id/runs", WriteRuns, s.startRun},
		{get, base + "/flows/:id/breakpoints", ReadFlows, s.getBreakpoints},
		{put, base + "/flows/:id/breakpoints", WriteRuns, s.putBreakpoints},
		{del, base + "/flows/:id/breakpoints", WriteRuns, s.deleteBreakpoints},
		{post, base + "/flows/:id/replay", ReadRuns, s.replayFlow},
		{get, base + "/templates", ReadFlows, s.listTemplates},
		{post, base + "/templates/:id/install", WriteFlows, s.installTemplate},
	}
}

// runRoutes are about runs, and what people do to them.
func (s *Server) runRoutes() []route {
	return []route{
		{get, base + "/runs", ReadRuns, s.listRuns},
		{get, base + "/runs/summary", ReadRuns, s.summariseRuns},
		{get, base + "/runs/:id", ReadRuns, s.getRun},
		{get, base + "/runs/:id/flow", ReadRuns, s.getExecuted},
		{get, base + "/runs/:id/waits", ReadRuns, s.listWaits},
		{get, base + "/runs/:id/steps", ReadRuns, s.listSteps},
		{get, base + "/runs/:id/journal", ReadRuns, s.listJournal},
		{get, base + "/runs/:id/events", ReadRuns, s.runEvents},
		{post, base + "/runs/:id/cancel", WriteRuns, s.cancelRun},
		{get, base + "/runs/:id/scope", ReadRuns, s.getScope},
		{get, base + "/runs/:id/state", ReadRuns, s.getState},
		{get, base + "/runs/:id/breakpoints", ReadRuns, s.getRunBreakpoints},
		{put, base + "/runs/:id/breakpoints", WriteRuns, s.putRunBreakpoints},
		{del, base + "/runs/:id/breakpoints", WriteRuns, s.deleteRunBreakpoints},
		{post, base + "/runs/:id/pause", WriteRuns, s.pauseRun},
		{post, base + "/runs/:id/resume", WriteRuns, s.resumeRun},
		{post, base + "/runs/:id/judge", WriteRuns, s.judgeRun},
		{post, base + "/runs/:id/retry", WriteRuns, s.retryRun},
		{post, base + "/runs/:id/fork", WriteRuns, s.forkRun},
		{post, base + "/runs/:id/replay", ReadRuns, s.replayRun},
		{post, base + "/runs/:id/test", ReadRuns, s.recordTest},
		{post, base + "/retries", WriteRuns, s.startRetries},
		{get, base + "/retries", ReadRuns, s.listRetries},
		{get, base + "/retries/:id", ReadRuns, s.getRetries},
		{get, base + "/events", ReadRuns, s.events},
		{post, base + "/signals", WriteRuns, s.signal},
	}
}

// resourceRoutes are about what flows work with and how they are drawn.
func (s *Server) resourceRoutes() []route {
	return []route{
		{get, base + "/connections", ReadConnections, s.listConnections},
		{get, base + "/connections/:id", ReadConnections, s.getConnection},
		{put, base + "/connections/:id", WriteConnections, s.putConnection},
		{del, base + "/connections/:id", WriteConnections, s.deleteConnection},
		{post, base + "/connections/:id/test", WriteConnections, s.testConnection},
		{get, base + "/connection-types", ReadConnections, s.listConnectionTypes},

		{get, base + "/tables", ReadTables, s.listTables},
		{get, base + "/tables/:id", ReadTables, s.getTable},
		{put, base + "/tables/:id", WriteTables, s.putTable},
		{del, base + "/tables/:id", WriteTables, s.deleteTable},

		{get, base + "/node-types", ReadFlows, s.listNodeTypes},
		{get, base + "/schemas/flow.json", ReadFlows, s.flowSchema},
		{get, base + "/expressions/functions", ReadFlows, s.listFunctions},
		{post, base + "/expressions/evaluate", ReadRuns, s.evaluate},
		{post, base + "/nodes/try", ReadRuns, s.tryNode},

		{get, base + "/schedules", ReadFlows, s.listSchedules},
		{post, base + "/schedules/:flow/:trigger/fire", WriteRuns, s.fireSchedule},
		{get, base + "/triggers", ReadFlows, s.listTriggers},
		{get, base + "/webhooks", ReadFlows, s.listWebhooks},
		{get, base + "/webhooks/:flow/:trigger/deliveries", ReadRuns, s.listDeliveries},
		{post, base + "/webhooks/:flow/:trigger/again", WriteRuns, s.deliverAgain},
	}
}
